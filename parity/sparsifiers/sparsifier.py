"""Proves that DataNormSparsifier computes PyTorch's masks: a grid of tables, levels, blocks, zeros per block and norms.

Run: python parity/sparsifiers/sparsifier.py [--output FOLDER]
Writes grid.json (the axes, in the order of the loops), tables.bin (the float32 tables) and masks.bin (for each
case the mask's bits, least significant first, in whole bytes). PyTorch's sort is made stable: which of equal
values its own one takes first is left open.
"""

import argparse
import json
import math
import pathlib
import platform

import numpy as np
import torch
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier

SHAPES = [[7, 5], [33, 17], [16, 16], [101], [13, 1], [1, 2, 9]]
KINDS = ["normal", "ties", "zeros", "negative zeros", "denormal", "overflow", "not a number", "infinite"]
LEVELS = [0.0, 0.1, 0.35, 0.5, 0.91, 1.0]
BLOCKS = [[1, 1], [1, 4], [4, 1], [2, 2], [3, 5], [40, 120]]
NORMS = ["L1", "L2"]


def zeros_per_block(block):
    """Crossed with every block shape: the whole block (null), none, one, and all but one."""
    values = math.prod(block)
    return [None] + sorted({count for count in (0, 1, values - 1) if count < values})


def make_table(random, kind, shape):
    values = random.standard_normal(math.prod(shape)).astype(np.float32)
    chosen = random.random(values.size) < 0.3
    if kind == "ties":
        values = np.round(values * 2) / 2
    elif kind == "zeros":
        values[chosen] = 0.0
    elif kind == "negative zeros":
        values[chosen] = -0.0
        values[random.random(values.size) < 0.2] = 0.0
    elif kind == "denormal":
        values *= np.float32(1e-22)
        values[chosen] *= np.float32(1e-20)
    elif kind == "overflow":
        values *= np.float32(2e38) / np.abs(values).max()
        values[chosen] *= np.float32(1e-19)
    elif kind == "not a number":
        values[random.random(values.size) < 0.1] = np.nan
    elif kind == "infinite":
        values[random.random(values.size) < 0.1] = np.inf
        values[random.random(values.size) < 0.1] = -np.inf
    return values.astype(np.float32).reshape(shape)


def mask_of(table, level, block, zeros, norm):
    sparsifier = DataNormSparsifier(
        sparsity_level=level, sparse_block_shape=tuple(block), zeros_per_block=zeros, norm=norm
    )
    sparsifier.add_data(name="table", data=torch.from_numpy(table))
    sparsifier.step()
    return sparsifier.get_mask("table").numpy().astype(np.uint8).reshape(-1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default="packages/data-sparsifier/test/golden/sparsifier")
    output = parser.parse_args().output
    torch.set_num_threads(1)
    unstable_sort = torch.sort
    torch.sort = lambda values, dim: unstable_sort(values, dim=dim, stable=True)

    random = np.random.default_rng(20)
    tables, masks = [], []
    for kind in KINDS:
        for shape in SHAPES:
            table = make_table(random, kind, shape)
            tables.append(table.tobytes())
            for norm in NORMS:
                for block in BLOCKS:
                    for zeros in zeros_per_block(block):
                        for level in LEVELS:
                            mask = mask_of(table, level, block, zeros, norm)
                            masks.append(np.packbits(mask, bitorder="little").tobytes())

    output.mkdir(parents=True, exist_ok=True)
    grid = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "kinds": KINDS,
        "shapes": SHAPES,
        "norms": NORMS,
        "blocks": [{"shape": block, "zerosPerBlock": zeros_per_block(block)} for block in BLOCKS],
        "levels": LEVELS,
        "cases": len(masks),
    }
    (output / "grid.json").write_text(json.dumps(grid, indent=2) + "\n")
    (output / "tables.bin").write_bytes(b"".join(tables))
    (output / "masks.bin").write_bytes(b"".join(masks))


if __name__ == "__main__":
    main()

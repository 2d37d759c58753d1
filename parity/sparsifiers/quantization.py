"""Proves that postTrainingSparseQuantize gives the numbers of PyTorch's post_training_sparse_quantize, both orders.

Run: python parity/sparsifiers/quantization.py [--output FOLDER]
Writes tables.bin (the float32 tables), expected.bin (for each case and table: scales float32, zero points float32,
integers uint8) and cases.json (shapes and configurations, in that order). PyTorch's sort is made stable.
"""

import argparse
import json
import pathlib
import platform
import warnings

import numpy as np
import torch
from torch import nn
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier
from torch.ao.pruning._experimental.data_sparsifier.quantization_utils import post_training_sparse_quantize

TABLES = {
    "normal": (40, 16),
    "small": (9, 5),
    "positive": (12, 8),
    "constant": (6, 4),
    "zeros": (5, 4),
    "denormal": (7, 8),
    "wide": (11, 12),
}
CONFIGS = [
    {"sparsity_level": 0.5, "sparse_block_shape": (1, 4), "norm": "L1"},
    {"sparsity_level": 0.9, "sparse_block_shape": (1, 1), "norm": "L2"},
    {"sparsity_level": 0.0, "sparse_block_shape": (1, 1), "norm": "L1"},
    {"sparsity_level": 1.0, "sparse_block_shape": (1, 4), "norm": "L2"},
]


def make_tables():
    random = np.random.default_rng(8)
    tables = {}
    for kind, shape in TABLES.items():
        values = random.standard_normal(shape)
        if kind == "positive":
            values = np.abs(values) + 3
        elif kind == "constant":
            values[:] = random.standard_normal((shape[0], 1))
        elif kind == "zeros":
            values[:] = 0
        elif kind == "denormal":
            values *= 1e-40
        elif kind == "wide":
            values *= 10.0 ** random.integers(-30, 30, shape)
        tables[kind] = values.astype(np.float32)
    return tables


def quantized(tables, sparsify_first, config):
    model = nn.ModuleDict()
    for name, table in tables.items():
        model[name] = nn.EmbeddingBag(*table.shape, mode="sum")
        model[name].weight = nn.Parameter(torch.from_numpy(table.copy()), requires_grad=False)
    post_training_sparse_quantize(model, DataNormSparsifier, sparsify_first=sparsify_first, **config)
    parts = []
    for name in tables:
        # The weight's parameters are views of it, which must outlive them.
        weight = model[name].weight()
        parts.append(weight.q_per_channel_scales().numpy().astype(np.float32).tobytes())
        parts.append(weight.q_per_channel_zero_points().numpy().astype(np.float32).tobytes())
        parts.append(weight.int_repr().numpy().tobytes())
    return b"".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", type=pathlib.Path, default="packages/data-sparsifier/test/golden/quantization"
    )
    output = parser.parse_args().output
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    unstable_sort = torch.sort
    torch.sort = lambda values, dim: unstable_sort(values, dim=dim, stable=True)

    tables = make_tables()
    cases, expected = [], []
    for config in CONFIGS:
        for sparsify_first in (True, False):
            cases.append({"sparsifyFirst": sparsify_first, **config})
            expected.append(quantized(tables, sparsify_first, config))

    output.mkdir(parents=True, exist_ok=True)
    description = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "tables": [{"name": name, "shape": shape} for name, shape in TABLES.items()],
        "cases": cases,
    }
    (output / "cases.json").write_text(json.dumps(description, indent=2) + "\n")
    (output / "tables.bin").write_bytes(b"".join(table.tobytes() for table in tables.values()))
    (output / "expected.bin").write_bytes(b"".join(expected))


if __name__ == "__main__":
    main()

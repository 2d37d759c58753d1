"""Proves QuantizedTable: the packed rows and the unpacked values of PyTorch's 8- and 4-bit row-wise quantisation."""

import argparse
import json
import os

import numpy as np
import torch

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", default=os.path.join(os.path.dirname(__file__), "../../packages/data-sparsifier/test/golden/quantized-tables"))
folder = parser.parse_args().output
os.makedirs(folder, exist_ok=True)

generator = np.random.default_rng(1)


def tables() -> dict[str, np.ndarray]:
    # 4-bit packing takes an even number of columns only.
    for rows, dim in ((40, 16), (25, 6), (20, 64), (30, 2)):
        scales = 10.0 ** generator.uniform(-6, 3, (rows, 1))
        yield f"normal_{rows}x{dim}", generator.standard_normal((rows, dim)) * scales
    yield "embedding_init", generator.uniform(-0.01, 0.01, (60, 16))
    yield "constant_rows", np.repeat(np.array([[0.0], [1.0], [-3.5], [1e-8], [-7e-4]]), 8, axis=1)
    yield "tiny_ranges", 1.0 + generator.uniform(0, 1e-6, (10, 8))
    yield "denormals", generator.uniform(-1, 1, (10, 8)) * 1e-40
    yield "ties", np.tile(np.arange(16) / 30.0, (4, 1)) + np.arange(4)[:, None]
    yield "half_zero", generator.standard_normal((20, 16)) * (generator.random((20, 16)) < 0.5)


cases = []
for name, values in tables():
    table = torch.tensor(values, dtype=torch.float32)
    # Our table does not store rows of zeros; PyTorch quantises them.
    table = table[(table != 0).any(dim=1)]
    case = {"name": name, "shape": list(table.shape), "data": table.numpy().tobytes().hex()}
    for bits, prepack, unpack in (
        (8, torch.ops.quantized.embedding_bag_byte_prepack, torch.ops.quantized.embedding_bag_byte_unpack),
        (4, torch.ops.quantized.embedding_bag_4bit_prepack, torch.ops.quantized.embedding_bag_4bit_unpack),
    ):
        packed = prepack(table)
        case[f"packed{bits}"] = packed.numpy().tobytes().hex()
        case[f"unpacked{bits}"] = unpack(packed).numpy().tobytes().hex()
    cases.append(case)

with open(os.path.join(folder, "cases.json"), "w") as file:
    json.dump({"versions": {"torch": torch.__version__, "numpy": np.__version__}, "cases": cases}, file, indent=1)
    file.write("\n")

"""Proves roundRows: PyTorch's fused rows of 4 and 2 bits, plain and with its greedy range, and GPTQ's error feedback."""

import argparse
import json
import os

import numpy as np
import torch

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", default=os.path.join(os.path.dirname(__file__), "../../packages/data-sparsifier/test/golden/row-rounding"))
folder = parser.parse_args().output
os.makedirs(folder, exist_ok=True)

generator = np.random.default_rng(5)
prepack = {4: torch.ops.quantized.embedding_bag_4bit_prepack, 2: torch.ops.quantized.embedding_bag_2bit_prepack}


def tables():
    for rows, dim in ((24, 16), (12, 4), (6, 64), (8, 12)):
        scales = 10.0 ** generator.uniform(-5, 2, (rows, 1))
        yield f"normal_{rows}x{dim}", generator.standard_normal((rows, dim)) * scales
    yield "outliers", generator.standard_normal((10, 16)) + 8.0 * (generator.random((10, 16)) < 0.1)
    yield "constant_rows", np.repeat(np.array([[0.0], [1.0], [-3.5], [1e-8], [-7e-4]]), 8, axis=1)
    # PyTorch's greedy search does not terminate if a 200th of the range is lost in float32.
    yield "small_ranges", 1.0 + generator.uniform(0, 1e-4, (6, 8))


TRIED = {1: (7, 1 / 16), 2: (10, 1 / 32), 4: (8, 1 / 64), 8: (1, 0)}


def gptq(table: np.ndarray, curvature: np.ndarray, bits: int) -> np.ndarray:
    """The float32 values after GPTQ's rounding (Frantar et al. 2022, algorithm 1), in the best of several ranges."""
    dim = table.shape[1]
    damped = curvature + 0.01 * np.trace(curvature) / dim * np.eye(dim)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    smallest, largest = table.min(1, keepdims=True).astype(np.float64), table.max(1, keepdims=True).astype(np.float64)
    best, least = np.zeros(table.shape), np.full(len(table), np.inf)
    for place in range(TRIED[bits][0]):
        inset = place * TRIED[bits][1] * (largest - smallest)
        read = in_range(table, (smallest + inset).astype(np.float32), (largest - inset).astype(np.float32), bits, upper)
        cost = np.einsum("ri,ij,rj->r", read - table, damped, read - table)
        best[cost < least] = read[cost < least]
        least = np.minimum(least, cost)
    return best.astype(np.float32).astype(np.float64)


def in_range(table, smallest, largest, bits, upper):
    steps = 2**bits - 1
    offset = smallest.astype(np.float16).astype(np.float32)
    scale = ((largest - offset) / np.float32(steps)).astype(np.float16).astype(np.float64)
    scale[scale == 0] = 1
    offset = offset.astype(np.float64)
    wanted = table.astype(np.float64)
    read = np.empty_like(wanted)
    for j in range(table.shape[1]):
        read[:, j : j + 1] = np.clip(np.round((wanted[:, j : j + 1] - offset) / scale), 0, steps) * scale + offset
        wanted[:, j + 1 :] -= ((wanted[:, j] - read[:, j]) / upper[j, j])[:, None] * upper[j, j + 1 :]
    return read


cases = []
for name, values in tables():
    table = values.astype(np.float32)
    rows, dim = table.shape
    # A few dominant directions, as in the gradients of a network.
    directions = generator.standard_normal((4, dim)) * np.array([[3.0], [1.0], [0.3], [0.1]])
    curvature = directions.T @ directions
    case = {
        "name": name,
        "shape": [rows, dim],
        "data": table.tobytes().hex(),
        "curvature": curvature.tobytes().hex(),
    }
    for bits in (4, 2):
        for rounding, greedy in (("nearest", False), ("greedy", True)):
            case[f"{rounding}{bits}"] = prepack[bits](torch.tensor(table), greedy).numpy().tobytes().hex()
    for bits in (8, 4, 2, 1):
        error = gptq(table, curvature, bits) - table
        case[f"gptqError{bits}"] = np.einsum("ri,ij,rj->r", error, curvature, error).tolist()
    cases.append(case)

with open(os.path.join(folder, "cases.json"), "w") as file:
    json.dump({"versions": {"torch": torch.__version__, "numpy": np.__version__}, "cases": cases}, file, indent=1)
    file.write("\n")

"""Proves tableImportance and the distortion of rows: accesses, curvatures by autograd, and GPTQ's weighted errors.

Writes `small.npz`: a small model with its training rows, and for each table how often its rows are looked up, the mean
of p (1 - p) J J^T over all rows (J: the gradient of the logit to the looked-up row, by autograd in float64), and the
distortions of 0, 2, 4 and 8 bits, and the bits of each row at three prices of a byte.
"""

import argparse
import os

import numpy as np
import torch

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--output", default=os.path.join(os.path.dirname(__file__), "../../packages/table-compression/test/golden/small-model"))
folder = parser.parse_args().output
os.makedirs(folder, exist_ok=True)

DIM, TABLES, EXAMPLES = 8, [37, 5, 120, 61], 600
BOTTOM, TOP = [13, 24, DIM], [DIM + 10, 20, 1]
generator = np.random.default_rng(11)


def layers(sizes: list[int], name: str) -> dict[str, np.ndarray]:
    state = {}
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        state[f"{name}.{2 * i}.weight"] = generator.normal(0, np.sqrt(3 / (inputs + outputs)), (outputs, inputs))
        state[f"{name}.{2 * i}.bias"] = generator.normal(0, 0.1, outputs)
    return state


tables = {f"emb_l.{t}.weight": generator.normal(0, 0.7, (rows, DIM)) for t, rows in enumerate(TABLES)}
state = {name: array.astype(np.float32) for name, array in (tables | layers(BOTTOM, "bot_l") | layers(TOP, "top_l")).items()}
integers = np.floor(40 * generator.random((EXAMPLES, 13)) ** 4).astype(np.int32)
ids = np.floor(generator.random((EXAMPLES, len(TABLES))) ** 2.5 * np.array(TABLES)).astype(np.int32)
labels = (generator.random(EXAMPLES) < 0.3).astype(np.int32)

torch.set_default_dtype(torch.float64)
parameters = {name: torch.tensor(array.astype(np.float64)) for name, array in state.items()}


def mlp(x: torch.Tensor, name: str, count: int, last_is_linear: bool) -> torch.Tensor:
    for i in range(count):
        x = torch.nn.functional.linear(x, parameters[f"{name}.{2 * i}.weight"], parameters[f"{name}.{2 * i}.bias"])
        if not (last_is_linear and i == count - 1):
            x = torch.relu(x)
    return x


rows = torch.stack([parameters[f"emb_l.{t}.weight"][ids[:, t]] for t in range(len(TABLES))], 1).requires_grad_()
bottom = mlp(torch.log(torch.tensor(integers, dtype=torch.float64) + 1), "bot_l", len(BOTTOM) - 1, False)
vectors = torch.cat([bottom[:, None], rows], 1)
i, j = np.tril_indices(len(TABLES) + 1, -1)
products = torch.bmm(vectors, vectors.transpose(1, 2))[:, i, j]
logits = mlp(torch.cat([bottom, products], 1), "top_l", len(TOP) - 1, True)[:, 0]
(gradients,) = torch.autograd.grad(logits.sum(), rows)
probabilities = torch.sigmoid(logits).detach()
weights = probabilities * (1 - probabilities)
curvatures = torch.einsum("n,nti,ntj->tij", weights, gradients, gradients).numpy() / EXAMPLES


TRIED = {2: (10, 1 / 32), 4: (8, 1 / 64), 8: (1, 0)}


def rounded(table: np.ndarray, curvature: np.ndarray, bits: int) -> np.ndarray:
    """The float32 values of a table in fused rows: GPTQ (Frantar et al. 2022, algorithm 1) in the best of several ranges."""
    damped = curvature + 0.01 * np.trace(curvature) / DIM * np.eye(DIM)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    smallest, largest = table.min(1, keepdims=True).astype(np.float64), table.max(1, keepdims=True).astype(np.float64)
    best, least = np.zeros(table.shape), np.full(len(table), np.inf)
    for place in range(TRIED[bits][0]):
        inset = place * TRIED[bits][1] * (largest - smallest)
        offset = (smallest + inset).astype(np.float32).astype(np.float16).astype(np.float32)
        scale = (((largest - inset).astype(np.float32) - offset) / np.float32(2**bits - 1)).astype(np.float16).astype(np.float64)
        offset = offset.astype(np.float64)
        wanted = table.astype(np.float64)
        read = np.empty_like(wanted)
        for k in range(DIM):
            codes = np.clip(np.round((wanted[:, k : k + 1] - offset) / scale), 0, 2**bits - 1)
            read[:, k : k + 1] = codes * scale + offset
            wanted[:, k + 1 :] -= ((wanted[:, k] - read[:, k]) / upper[k, k])[:, None] * upper[k, k + 1 :]
        cost = np.einsum("ri,ij,rj->r", read - table, damped, read - table)
        best[cost < least] = read[cost < least]
        least = np.minimum(least, cost)
    return best.astype(np.float32).astype(np.float64)


arrays = dict(state, integers=integers, ids=ids, labels=labels)
for t, count in enumerate(TABLES):
    table = state[f"emb_l.{t}.weight"]
    accesses = np.bincount(ids[:, t], minlength=count).astype(np.float64)
    arrays[f"accesses.{t}"] = accesses
    arrays[f"curvature.{t}"] = curvatures[t]
    for bits in (0, 2, 4, 8):
        error = (rounded(table, curvatures[t], bits) if bits else 0) - table.astype(np.float64)
        arrays[f"distortion{bits}.{t}"] = accesses * np.einsum("ri,ij,rj->r", error, curvatures[t], error)

# The bits of each row at a price per byte, where the index counts as one byte per stored row.
bytes_of = np.array([0, DIM * 2 / 8 + 5, DIM * 4 / 8 + 5, DIM + 5])
for t in range(len(TABLES)):
    distortions = np.stack([arrays[f"distortion{bits}.{t}"] for bits in (0, 2, 4, 8)], 1)
    for exponent in (2, 3, 4):
        arrays[f"bits{exponent}.{t}"] = np.array([0, 2, 4, 8], np.int32)[(distortions + 10.0**-exponent * bytes_of).argmin(1)]

np.savez_compressed(os.path.join(folder, "small.npz"), **arrays)
with open(os.path.join(folder, "versions.json"), "w") as file:
    file.write(f'{{ "versions": {{ "torch": "{torch.__version__}", "numpy": "{np.__version__}" }} }}\n')

"""Proves the mixed-precision checkpoints: Python reads ours, and PyTorch's embedding bags serve the same rows.

Writes a checkpoint by an encoder of its own, in every form that a table can have. It is read by the lines that
packages/tensor-files/README.md shows, and so is what our packages write of it again. Of what they write for FBGEMM,
PyTorch's embedding bags (2bit, 4bit, byte) with int32 index remappings must give the same rows. The packages must be built.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
import torch

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packages/tensor-files"
DIM = 16

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", default=PACKAGE / "test/golden/mixed-precision", type=Path)
generator = np.random.default_rng(1)


def packed_bits(bits: np.ndarray) -> np.ndarray:
    return np.packbits(np.asarray(bits, bool), bitorder="little")


def random_rows(bits: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Stored rows with this number of bits, and their values."""
    if bits >= 16:
        values = generator.uniform(-1, 1, (count, DIM)).astype(f"<f{bits // 8}")
        return values.view(np.uint8), values.astype(np.float32)
    codes = generator.integers(0, 2**bits, (count, DIM))
    scales = generator.uniform(-0.05, 0.05, (count, 2)).astype("<f2")
    scales[:, 0] = abs(scales[:, 0])
    digits = codes[:, :, None] >> np.arange(bits) & 1
    rows = np.packbits(digits.reshape(count, -1).astype(bool), axis=1, bitorder="little")
    scale, minimum = scales.astype(np.float64).T[:, :, None]
    return np.concatenate([rows, scales.view(np.uint8)], 1), (codes * scale + minimum).astype(np.float32)


def half_values(*shape: int) -> np.ndarray:
    return generator.uniform(-1, 1, shape).astype("<f2")


def random_projection(kinds: list[list[int]]) -> tuple[dict, list[dict]]:
    """A basis, and the steps and the description of each projected kind."""
    parts = {"basis": half_values(1 + max(map(len, kinds)), DIM).view(np.uint8)}
    for place, widths in enumerate(kinds):
        parts[f"steps{128 + place}"] = half_values(len(widths)).view(np.uint8)
    return parts, [{"coefficientBits": widths, "rows": 0} for widths in kinds]


def projected_rows(kind: int, count: int, parts: dict, description: dict) -> tuple[np.ndarray, np.ndarray]:
    """Projected rows of a kind, and their values: float32, a coefficient after another."""
    widths = description["coefficientBits"]
    description["rows"] = count
    codes = [generator.integers(0, 2**width, count) for width in widths]
    text = "".join(f"{code[row]:0{width}b}"[::-1] for row in range(count) for code, width in zip(codes, widths) if width)
    rows = packed_bits(np.array(list(text), np.uint8))
    basis = parts["basis"].view("<f2").astype(np.float32)
    steps = parts[f"steps{kind}"].view("<f2").astype(np.float32)
    values = np.repeat(basis[:1], count, 0)
    for k, width in enumerate(widths):
        values = values - np.float32((2**width - 1) / 2) * (basis[1 + k] * steps[k])
    for k, code in enumerate(codes):
        values = values + code.astype(np.float32)[:, None] * (basis[1 + k] * steps[k])
    return rows, values


def encode(name: str, bits: np.ndarray, index: str, low_bits: int, kinds: list[list[int]]) -> tuple[dict, dict, np.ndarray]:
    """The tensors of a table whose rows have these bits, its description, and its values."""
    rows = len(bits)
    stored = np.flatnonzero(bits)
    description = {"shape": [rows, DIM], "bits": [], "index": index}
    parts = {}
    if kinds:
        parts, description["projected"] = random_projection(kinds)
    if index == "bitmap":
        parts["bits"] = packed_bits(bits != 0)
    elif index == "elias-fano":
        description["lowBits"] = low_bits
        high = np.zeros(-(-rows >> low_bits) + len(stored), bool)
        high[(stored >> low_bits) + np.arange(len(stored))] = True
        parts["high"] = packed_bits(high)
        parts["low"] = packed_bits((stored[:, None] >> np.arange(low_bits) & 1).ravel())
    classes = sorted(set(bits[stored].tolist()), key=lambda b: (-np.sum(bits == b), b))
    values = np.zeros((rows, DIM), np.float32)
    rest = bits[stored]
    for place, of_class in enumerate(classes):
        description["bits"].append(of_class)
        if place < len(classes) - 1:
            parts[f"classes{place}"] = packed_bits(rest != of_class)
            rest = rest[rest != of_class]
        count = int(np.sum(bits == of_class))
        if of_class >= 128:
            made = projected_rows(of_class, count, parts, description["projected"][of_class - 128])
        else:
            made = random_rows(of_class, count)
        parts[f"rows{of_class}"], values[bits == of_class] = made
    return {f"{name}.mixed.{part}": data for part, data in parts.items()}, description, values


def readme_lines() -> dict:
    blocks = re.findall(r"^```python\n(.*?)^```$", (PACKAGE / "README.md").read_text(), re.M | re.S)
    (code,) = (block for block in blocks if "def mixed_table" in block)
    names: dict = {}
    exec(compile(code, "README.md", "exec"), names)
    return names


def must_equal(what: str, found: np.ndarray, wanted: np.ndarray) -> None:
    assert found.dtype == wanted.dtype and found.shape == wanted.shape, f"{what}: {found.dtype} {found.shape}"
    assert np.array_equal(found, wanted), f"{what}: differs by up to {np.abs(found - wanted).max()}"


def served_by_pytorch(tensors: dict, name: str, rows: int) -> np.ndarray:
    """Every row of a table, looked up in PyTorch's embedding bags of one id each."""
    ids = torch.arange(rows, dtype=torch.int32)
    total = torch.zeros(rows, DIM)
    for kind in ("2bit", "4bit", "byte"):
        if f"{name}.fbgemm.{kind}" not in tensors:
            continue
        bag = getattr(torch.ops.quantized, f"embedding_bag_{kind}_rowwise_offsets")
        weight, remapping = (torch.from_numpy(tensors[f"{name}.fbgemm.{kind}{end}"]) for end in ("", ".remapping"))
        total += bag(weight, ids, ids, False, 0, True, None, remapping, False)
    if f"{name}.fbgemm.float" in tensors:
        place = torch.from_numpy(tensors[f"{name}.fbgemm.float.remapping"]).long()
        weight = torch.from_numpy(tensors[f"{name}.fbgemm.float"])
        total[place >= 0] += torch.nn.functional.embedding_bag(place[place >= 0][:, None], weight, mode="sum")
    return total.numpy()


def main() -> None:
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    choose = lambda rows, chances: generator.choice(list(chances), rows, p=list(chances.values())).astype(np.int64)
    tables = {
        "emb_l.0.weight": (choose(600, {0: 0.9, 2: 0.06, 4: 0.03, 8: 0.01}), "elias-fano", 3),
        "emb_l.1.weight": (choose(90, {0: 0.4, 1: 0.1, 2: 0.2, 4: 0.1, 8: 0.1, 16: 0.05, 32: 0.05}), "bitmap", 0),
        "emb_l.2.weight": (choose(12, {4: 0.5, 8: 0.5}), "all", 0),
        "emb_l.3.weight": (np.zeros(7, np.int64), "none", 0),
        "emb_l.4.weight": (np.full(1, 32), "all", 0),
        "emb_l.5.weight": (choose(300, {0: 0.7, 2: 0.05, 128: 0.15, 129: 0.07, 130: 0.03}), "bitmap", 0),
        "emb_l.6.weight": (choose(70, {0: 0.5, 128: 0.5}), "bitmap", 0),
    }
    projected = {"emb_l.5.weight": [[3], [7, 4, 0, 2], [16, 13]], "emb_l.6.weight": [[2, 1]]}
    tensors, descriptions, expected = {}, {}, {}
    for name, (bits, index, low_bits) in tables.items():
        parts, descriptions[name], expected[name] = encode(name, bits, index, low_bits, projected.get(name, []))
        tensors |= parts
    tensors["bot_l.0.bias"] = np.array([1, 2, 3], np.float32)
    metadata = {"format": "pt", "mixed_precision": json.dumps(descriptions)}
    safetensors.numpy.save_file(tensors, output / "model.safetensors", metadata)
    versions = {"numpy": np.__version__, "safetensors": safetensors.__version__, "torch": torch.__version__}
    values = {name: table.tobytes().hex() for name, table in expected.items()}
    with open(output / "expected.json", "w") as file:
        json.dump({"versions": versions, "dim": DIM, "tables": values}, file, indent=1)
        file.write("\n")

    mixed_table = readme_lines()["mixed_table"]
    with tempfile.TemporaryDirectory() as folder:
        writer = ROOT / "parity/compression/write_mixed_tables.mjs"
        subprocess.run(["node", writer, output / "model.safetensors", folder], check=True)
        fbgemm = safetensors.numpy.load_file(Path(folder) / "fbgemm.safetensors")
        for name, wanted in expected.items():
            must_equal(f"{name} of Python's file", mixed_table(output / "model.safetensors", name), wanted)
            must_equal(f"{name} of our file", mixed_table(Path(folder) / "mixed.safetensors", name), wanted)
            if name in projected:
                print(f"{name}: read by NumPy; has projected rows")
                continue
            served = served_by_pytorch(fbgemm, name, len(wanted))
            # FBGEMM's int8 kernel may fuse the product and the sum in another order.
            assert np.allclose(served, wanted, rtol=0, atol=1e-6), f"{name}: {np.abs(served - wanted).max()}"
            exact = np.array_equal(served, wanted)
            print(f"{name}: read by NumPy, served by PyTorch's embedding bags{' bit for bit' if exact else ''}")


if __name__ == "__main__":
    main()

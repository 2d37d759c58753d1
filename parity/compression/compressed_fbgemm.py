"""Proves that `compress-tables --format fbgemm` writes a model that PyTorch serves as ours does.

Compresses the small model of packages/test-support twice with the same seed: for FBGEMM, and as mixed-precision safetensors
without projected rows. For a batch of its test rows, PyTorch's embedding bags, which run FBGEMM's kernels, must give the rows
that the lines of packages/tensor-files/README.md read from the other file. The packages must be built.

With PARITY_FBGEMM_PYTHON, a Python with fbgemm-gpu-cpu 1.9.0 and PyTorch 2.14, FBGEMM's module for all tables
(IntNBitTableBatchedEmbeddingBagsCodegen, weights and index remappings) must give them too.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from mixed_precision import readme_lines

ROOT = Path(__file__).parents[2]
RUN = ROOT / "packages/test-support/test/golden/original-run"
BATCH = 512
KINDS = ("2bit", "4bit", "byte")


def compress(folder: Path, *options: str) -> Path:
    output = folder / f"{options[1]}.safetensors"
    command = ["node", ROOT / "packages/table-compression/bin/compress-tables.js"]
    inputs = ["--model-path", RUN / "criteo_model.ckpt"]
    inputs += ["--processed-data-file", RUN / "kaggleAdDisplayChallenge_processed.npz"]
    settings = ["--ratio", "8", "--calibration-rows", "500", "--seed", "3", "--quiet", "--json"]
    result = subprocess.run(
        [*command, *inputs, *settings, *options, "--output", output], check=True, capture_output=True, text=True
    )
    quality = json.loads(result.stdout)["quality"]
    print(f"{' '.join(options)}: AUC {quality['before']['rocAuc']:.6f} -> {quality['after']['rocAuc']:.6f}")
    return output


def by_pytorch(tensors: dict, name: str, ids: torch.Tensor, dim: int) -> np.ndarray:
    offsets = torch.arange(len(ids), dtype=torch.int32)
    total = torch.zeros(len(ids), dim)
    for kind in KINDS:
        if f"{name}.fbgemm.{kind}" not in tensors:
            continue
        bag = getattr(torch.ops.quantized, f"embedding_bag_{kind}_rowwise_offsets")
        weight, remapping = (torch.from_numpy(tensors[f"{name}.fbgemm.{kind}{end}"]) for end in ("", ".remapping"))
        total += bag(weight, ids, offsets, False, 0, True, None, remapping, False)
    return (total + floats(tensors, name, ids, dim)).numpy()


def floats(tensors: dict, name: str, ids: torch.Tensor, dim: int) -> torch.Tensor:
    total = torch.zeros(len(ids), dim)
    if f"{name}.fbgemm.float" in tensors:
        place = torch.from_numpy(tensors[f"{name}.fbgemm.float.remapping"]).long()[ids.long()]
        weight = torch.from_numpy(tensors[f"{name}.fbgemm.float"])
        total[place >= 0] = weight[place[place >= 0]]
    return total


def by_fbgemm(python: str, folder: Path, tensors: dict, ids: np.ndarray, dim: int) -> np.ndarray:
    given, served = folder / "given.npz", folder / "served.npy"
    np.savez(given, ids=ids, dim=dim, **{name: own for name, own in tensors.items() if ".fbgemm." in name})
    subprocess.run([python, Path(__file__).parent / "fbgemm/serve_rows.py", given, served], check=True)
    return np.load(served)


def main() -> None:
    fbgemm_python = os.environ.get("PARITY_FBGEMM_PYTHON")
    ids = np.load(RUN / "kaggleAdDisplayChallenge_processed.npz")["X_cat"][-BATCH:].astype(np.int32)
    mixed_table = readme_lines()["mixed_table"]
    with tempfile.TemporaryDirectory() as folder:
        fbgemm = safetensors.numpy.load_file(compress(Path(folder), "--format", "fbgemm"))
        plain = compress(Path(folder), "--rows", "quantized")
        largest, expected = 0.0, []
        for table in range(ids.shape[1]):
            name = f"emb_l.{table}.weight"
            values = mixed_table(plain, name)
            column = torch.from_numpy(ids[:, table].copy())
            served = by_pytorch(fbgemm, name, column, values.shape[1])
            largest = max(largest, float(np.abs(served - values[ids[:, table]]).max()))
            expected.append(values[ids[:, table]])
        assert largest <= 1e-6, f"served rows differ by up to {largest}"
        print(f"{ids.shape[1]} tables, {BATCH} rows each: PyTorch {torch.__version__} serves them, up to {largest:.1g}")
        if not fbgemm_python:
            print("PARITY_FBGEMM_PYTHON is not set: not served by fbgemm_gpu")
            return
        rows = np.stack(expected, axis=1)
        served = by_fbgemm(fbgemm_python, Path(folder), fbgemm, ids, rows.shape[2])
        largest = float(np.abs(served - rows).max())
        assert largest <= 1e-6, f"fbgemm_gpu's rows differ by up to {largest}"
        pruned = int((rows == 0).all(axis=2).sum())
        print(f"IntNBitTableBatchedEmbeddingBagsCodegen serves them, {pruned} lookups of pruned rows, up to {largest:.1g}")


if __name__ == "__main__":
    main()

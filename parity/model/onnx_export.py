"""Proves that the output of `dlrm export` is a valid ONNX model with PyTorch's probabilities.

Exports the small golden model (packages/dlrm/test/golden/dlrm, made by dlrm.py), checks the file with
onnx.checker, and compares the output of Python's onnxruntime with the probabilities of facebookresearch/dlrm. The same
of the model of packages/test-support after `compress-tables`, with projected rows: there the output must be that of
`dlrm predict`. The packages must be built.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).parents[2]
RUN = ROOT / "packages/test-support/test/golden/original-run"
DATA = RUN / "kaggleAdDisplayChallenge_processed.npz"
TOLERANCE = 1e-6


def run(package: str, *arguments) -> str:
    command = ["node", ROOT / f"packages/{package}/dist/cli.js", *arguments, "--quiet"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def probabilities_of(checkpoint: Path, integers: np.ndarray, ids: np.ndarray) -> np.ndarray:
    model = checkpoint.with_suffix(".onnx")
    run("dlrm", "export", "--model-path", checkpoint, "--output", model)
    onnx.checker.check_model(onnx.load(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    dense = np.log(integers.astype(np.float32) + 1)
    (probabilities,) = session.run(None, {"dense": dense, "ids": ids.astype(np.int32)})
    return probabilities.ravel()


def difference_of_golden(folder: Path) -> float:
    golden = np.load(ROOT / "packages/dlrm/test/golden/dlrm/small.npz")
    checkpoint, prefix = folder / "model.npz", "initial."
    np.savez(checkpoint, **{n.removeprefix(prefix): golden[n] for n in golden if n.startswith(prefix)})
    found = probabilities_of(checkpoint, golden["integers"][0], golden["ids"][0])
    return np.abs(found - golden["probabilities"]).max()


def difference_of_compressed(folder: Path) -> float:
    checkpoint, predictions = folder / "small.safetensors", folder / "predictions.csv"
    inputs = ["--model-path", RUN / "criteo_model.ckpt", "--processed-data-file", DATA]
    settings = ["--ratio", "12", "--calibration-rows", "500", "--json", "--output", checkpoint]
    tables = json.loads(run("table-compression", *inputs, *settings))["tables"]
    projected = sum(table["projectedRows"] for table in tables)
    assert projected > 0, "expected projected rows"
    run("dlrm", "predict", "--model-path", checkpoint, "--processed-data-file", DATA, "--output", predictions)
    data = np.load(DATA)
    found = probabilities_of(checkpoint, data["X_int"], data["X_cat"])
    expected = np.loadtxt(predictions, delimiter=",", skiprows=1, usecols=1)
    print(f"compressed, {projected} projected rows: {len(expected)} predictions")
    return np.abs(found - expected).max()


def main() -> None:
    largest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for difference in (difference_of_golden(Path(folder)), difference_of_compressed(Path(folder))):
            print(f"valid ONNX; largest difference of a probability {difference:.2e}, allowed {TOLERANCE}")
            largest = max(largest, difference)
    sys.exit(0 if largest <= TOLERANCE else 1)


if __name__ == "__main__":
    main()

"""Proves that the output of `dlrm export` is a valid ONNX model with PyTorch's probabilities.

Exports the small golden model (packages/dlrm/test/golden/dlrm, made by dlrm.py), checks the file with
onnx.checker, and compares the output of Python's onnxruntime with the probabilities of facebookresearch/dlrm. The
packages must be built.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).parent.parent
TOLERANCE = 1e-6


def main() -> None:
    golden = np.load(ROOT / "packages/dlrm/test/golden/dlrm/small.npz")
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, model = Path(folder) / "model.npz", Path(folder) / "model.onnx"
        prefix = "initial."
        np.savez(checkpoint, **{n.removeprefix(prefix): golden[n] for n in golden if n.startswith(prefix)})
        cli = ROOT / "packages/dlrm/dist/cli.js"
        command = ["node", cli, "export", "--model-path", checkpoint, "--output", model, "--quiet"]
        subprocess.run(command, check=True)
        onnx.checker.check_model(onnx.load(model), full_check=True)
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        dense = np.log(golden["integers"][0].astype(np.float32) + 1)
        (probabilities,) = session.run(None, {"dense": dense, "ids": golden["ids"][0].astype(np.int32)})
    difference = np.abs(probabilities.ravel() - golden["probabilities"]).max()
    print(f"valid ONNX; largest difference from PyTorch's probabilities {difference:.2e}, allowed {TOLERANCE}")
    sys.exit(0 if difference <= TOLERANCE else 1)


if __name__ == "__main__":
    main()

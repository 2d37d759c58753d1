"""Proves that PyTorch loads what examples/own-checkpoint writes, and that its own sparsifier leaves the same values.

Runs the example on the small model of original_run.py, then the Python lines of the example's README, as they stand,
next to the result. The shares of zeros that these print must be those that the example printed. Then every value is
compared with those of torch.ao.pruning's DataNormSparsifier, and the state dict is loaded into facebookresearch/dlrm's
DLRM_Net.

DLRM_SOURCE: a checkout of facebookresearch/dlrm. The packages must be built.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/own-checkpoint"
MODEL = ROOT / "packages/test-support/test/golden/original-run/criteo_model.ckpt"

sys.path.insert(0, os.environ["DLRM_SOURCE"])
with contextlib.redirect_stdout(sys.stderr):
    from dlrm_s_pytorch import DLRM_Net


def readme_lines():
    (code,) = re.findall(r"^```python\n(.*?)^```$", (EXAMPLE / "README.md").read_text(), re.M | re.S)
    assert len(code.splitlines()) == 5, code
    return code


def main(folder):
    command = ["node", EXAMPLE / "src/main.js", "--model-path", MODEL]
    ours = subprocess.run(command, cwd=folder, check=True, text=True, stdout=subprocess.PIPE).stdout
    python = subprocess.run(
        [sys.executable, "-c", readme_lines()], cwd=folder, check=True, text=True, stdout=subprocess.PIPE
    ).stdout
    shown = dict(re.findall(r"^(emb_l\S+) .* (\S+%)", ours, re.M))
    counted = dict(re.findall(r"^(emb_l\S+): (\S+%) of \d+ values are zero$", python, re.M))
    assert shown == counted and len(shown) == 26, (shown, counted)

    state = torch.load(folder / "pruned.ckpt", weights_only=True)
    # Our own golden file, with NumPy numbers in it, which weights_only refuses.
    original = torch.load(MODEL, weights_only=False)["state_dict"]
    sparsifier = DataNormSparsifier(sparsity_level=0.9, sparse_block_shape=(1, 4), norm="L1")
    tables = {name.replace(".", "_"): tensor for name, tensor in original.items() if name.startswith("emb_l.")}
    for name, tensor in tables.items():
        sparsifier.add_data(name=name, data=tensor.clone())
    sparsifier.step()
    sparsifier.squash_mask()
    assert list(state) == list(original)
    for name, tensor in original.items():
        key = name.replace(".", "_")
        expected = sparsifier.get_data(key, return_original=False) if key in tables else tensor
        assert torch.equal(state[name], expected), name

    rows = [tensor.shape[0] for tensor in tables.values()]
    dim = state["emb_l.0.weight"].shape[1]
    model = DLRM_Net(
        m_spa=dim,
        ln_emb=np.array(rows),
        ln_bot=np.array([13, *(state[n].shape[0] for n in state if re.fullmatch(r"bot_l\.\d+\.bias", n))]),
        ln_top=np.array([dim + 27 * 26 // 2, *(state[n].shape[0] for n in state if re.fullmatch(r"top_l\.\d+\.bias", n))]),
        arch_interaction_op="dot",
        sigmoid_bot=-1,
        sigmoid_top=1,
        loss_function="bce",
    )  # fmt: skip
    model.load_state_dict(state)
    print(f"{len(state)} tensors load, {len(tables)} tables are pruned as by PyTorch's DataNormSparsifier")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))

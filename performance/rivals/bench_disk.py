"""The loop of evaluate_disk_savings.py for a part of its grid: copy, sparsify, torch.save, deflate."""

import copy
import os
import tempfile
import zipfile

import torch
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier

from rival import serve, settings

given = settings()
torch.set_num_threads(given["threads"])
original = torch.load(given["modelPath"])


def sparsified(norm: str, block: tuple[int, int], level: float) -> dict:
    state_dict = copy.deepcopy(original)
    sparsifier = DataNormSparsifier(
        sparsity_level=level, sparse_block_shape=block, zeros_per_block=block[0] * block[1], norm=norm
    )
    tables = [key for key in state_dict if key.startswith("emb_l.")]
    for key in tables:
        sparsifier.add_data(name=key.replace(".", "_"), data=state_dict[key])
    sparsifier.step()
    sparsifier.squash_mask()
    for key in tables:
        state_dict[key] = sparsifier.get_data(name=key.replace(".", "_"), return_original=False).detach()
    return state_dict


def benchmark() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for norm, block, level in given["grid"]:
            checkpoint = os.path.join(folder, "model.ckpt")
            torch.save(sparsified(norm, tuple(block), level), checkpoint)
            archive = os.path.join(folder, f"model_{norm}_{block}_{level}.zip")
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
                file.write(checkpoint, "model.ckpt")
            os.remove(checkpoint)


serve(benchmark)

"""PyTorch's DataNormSparsifier: one step for each level, on tables of the given rows and 16 columns."""

import torch
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier

from rival import serve, settings

given = settings()
torch.set_num_threads(given["threads"])
torch.manual_seed(1)
tables = [(torch.rand(rows, 16) * 2 - 1) / rows**0.5 for rows in given["rows"]]
block = tuple(given["block"])


def steps() -> None:
    for level in given["levels"]:
        sparsifier = DataNormSparsifier(
            sparsity_level=level,
            sparse_block_shape=block,
            zeros_per_block=block[0] * block[1],
            norm=given["norm"],
        )
        for index, table in enumerate(tables):
            sparsifier.add_data(name=f"emb_l_{index}", data=table)
        sparsifier.step()


serve(steps)

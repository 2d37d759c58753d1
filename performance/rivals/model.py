"""facebookresearch/dlrm's DLRM_Net with the Kaggle architecture, on tables of the given rows."""

import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.environ["DLRM_SOURCE"])
from dlrm_s_pytorch import DLRM_Net  # noqa: E402


def kaggle_model(rows: list[int]) -> DLRM_Net:
    np.random.seed(1)
    torch.manual_seed(1)
    return DLRM_Net(
        16,
        np.array(rows),
        np.array([13, 512, 256, 64, 16]),
        np.array([367, 512, 256, 1]),
        arch_interaction_op="dot",
        sigmoid_bot=-1,
        sigmoid_top=2,
        loss_function="bce",
    )


def random_batch(rows: list[int], size: int) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
    dense = torch.log(torch.randint(0, 1000, (size, 13)) + 1.0)
    offsets = torch.arange(size).repeat(len(rows), 1)
    indices = [torch.randint(0, table_rows, (size,)) for table_rows in rows]
    return dense, offsets, indices

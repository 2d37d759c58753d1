"""The training loop of dlrm_s_pytorch.py: the Criteo loader, DLRM_Net, BCE, SGD 0.1, mini-batches of 128."""

import numpy as np
import torch

from rival import serve, settings

given = settings()
from model import kaggle_model  # noqa: E402

import dlrm_data_pytorch as criteo  # noqa: E402

torch.set_num_threads(given["threads"])
data = criteo.CriteoDataset(
    "kaggle", -1, 0.0, "total", "train", given["rawDataFile"], given["processedDataFile"], False, False
)
loader = torch.utils.data.DataLoader(
    data, batch_size=128, shuffle=False, num_workers=0, collate_fn=criteo.collate_wrapper_criteo_offset
)
model = kaggle_model([int(rows) for rows in data.counts])
loss_function = torch.nn.BCELoss(reduction="mean")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def train() -> None:
    for iteration, (dense, offsets, indices, labels) in enumerate(loader):
        if iteration == given["iterations"]:
            break
        loss = loss_function(model(dense, offsets, indices), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # The original's loop reads the loss and the accuracy's batch size in every iteration.
        loss.detach().cpu().numpy()


serve(train)

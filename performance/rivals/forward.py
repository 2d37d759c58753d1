"""The forward pass of facebookresearch/dlrm's DLRM_Net, eager or through torch.compile."""

import torch

from rival import serve, settings

given = settings()
from model import kaggle_model, random_batch  # noqa: E402

torch.set_num_threads(given["threads"])
model = kaggle_model(given["rows"])
batch = random_batch(given["rows"], given["batchSize"])
network = torch.compile(model) if given["compiled"] else model


def forward() -> None:
    with torch.no_grad():
        network(*batch)


serve(forward, repeats=given.get("repeats", 1))

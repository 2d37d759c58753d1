"""Proves that training with held values (`dlrm train --hold-pruned`) equals PyTorch's SGD with masks applied after each step.

Half of the table values of the small model of dlrm.py (`small.npz` has its initial parameters and its ten batches) are
pruned by magnitude, one table entirely. Every step of SGD is followed by `weight.mul_(mask)`. Writes `trained.npz`: the
pruned tables before training, `pruned.NAME`, and all parameters after two epochs, `trained.NAME`. Needs
facebookresearch/dlrm: see dlrm.py.
"""

from pathlib import Path

import numpy as np
import torch
from dlrm import forward, net_and_output, parameters_of, small_training, versions, write_json

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/dlrm/test/golden/held-training"
EPOCHS = 2
PRUNED_TABLE = 1


def main() -> None:
    make_net, output = net_and_output(__doc__, DEFAULT_OUTPUT)

    net, batches = small_training(make_net)
    weights = [table.weight for table in net.emb_l]
    masks = [weight.detach().abs() >= weight.detach().abs().median() for weight in weights]
    masks[PRUNED_TABLE][:] = False
    with torch.no_grad():
        for weight, mask in zip(weights, masks):
            weight.copy_(torch.where(mask, weight, 0.0))
    arrays = {f"pruned.{name}": value for name, value in parameters_of(net).items() if name.startswith("emb_l.")}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(EPOCHS):
        for batch in batches:
            optimizer.zero_grad()
            forward(net, batch)[1].backward()
            optimizer.step()
            with torch.no_grad():
                for weight, mask in zip(weights, masks):
                    weight.mul_(mask)
    arrays |= {f"trained.{name}": value for name, value in parameters_of(net).items()}
    np.savez_compressed(output / "trained.npz", **arrays)
    write_json(output / "versions.json", {"versions": versions(), "epochs": EPOCHS})


if __name__ == "__main__":
    main()

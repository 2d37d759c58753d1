"""Proves that models of DLRM's other forms are evaluated with their own numbers.

Writes a small npz for each: its state dict as it is saved (`state.NAME`), a batch (`integers`, `ids`) and the
probabilities that the original gives. `qr-mult.npz`, `qr-add.npz`, `qr-concat.npz` (--qr-flag with each
--qr-operation), `md.npz` (--md-flag), `weighted.npz` (--weighted-pooling=learned) and `cat.npz` (--arch-interaction-op=cat,
where dot would have the same width) come from facebookresearch/dlrm's DLRM_Net; `torchrec.npz` from a plain PyTorch network
that computes as torchrec/models/dlrm.py does and has its names. Needs facebookresearch/dlrm: a checkout named by
--dlrm-source or DLRM_SOURCE.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))
from dlrm import batch_of, forward, net_and_output, versions, write_json

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/dlrm/test/golden/dlrm-variants"
TABLES = [37, 5, 120, 61, 9, 24]
TORCHREC_TABLES = [37, 5, 120, 61, 9, 24, 3, 4, 6, 7, 8]  # more than ten: t_cat_10 comes before t_cat_2 by name


def main() -> None:
    _, output = net_and_output(__doc__, DEFAULT_OUTPUT)
    qr = {"qr_flag": True, "qr_collisions": 4, "qr_threshold": 20}
    variants = {
        "qr-mult": net(qr_operation="mult", **qr),
        "qr-add": net(qr_operation="add", **qr),
        "qr-concat": net(qr_operation="concat", dim=4, **(qr | {"qr_threshold": 1})),
        "md": net(dim=[2, 8, 1, 4, 8, 2], md_flag=True, md_threshold=0),
        "weighted": net(weighted_pooling="learned"),
        "cat": net(arch_interaction_op="cat", tables=[37, 5, 120], dim=2, top_width=8),
    }
    for name, model in variants.items():
        save(output / f"{name}.npz", model, forward_of=lambda model, batch: forward(model, batch)[0])
    torch.manual_seed(7)
    save(
        output / "torchrec.npz",
        TorchRec(8, TORCHREC_TABLES, [13, 16, 8], [8 + 12 * 11 // 2, 16, 12, 1]),
        forward_of=lambda model, batch: model(*batch),
    )
    write_json(output / "versions.json", {"versions": versions()})


def net(tables=TABLES, dim=8, top_width=8 + 7 * 6 // 2, **flags):
    from dlrm_s_pytorch import DLRM_Net

    np.random.seed(20)
    torch.manual_seed(20)
    base = 2 * dim if flags.get("qr_operation") == "concat" else np.max(dim)
    model = DLRM_Net(
        dim,
        np.array(tables),
        np.array([13, 16, base]),
        np.array([top_width, 12, 1]),
        **({"arch_interaction_op": "dot"} | flags),
        sigmoid_bot=-1,
        sigmoid_top=1,
        ndevices=-1,
        loss_function="bce",
    )
    model.tables = tables
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # The original draws them all alike; each is to have values that tell it apart.
            if "weight_q" in name or "weight_r" in name or name.startswith("v_W_l"):
                parameter.uniform_(-1, 1)
    return model


class TorchRec(nn.Module):
    """torchrec/models/dlrm.py: SparseArch, DenseArch, InteractionArch (upper triangle) and OverArch."""

    def __init__(self, dim, tables, bottom, top):
        super().__init__()
        self.tables = tables
        bags = nn.ModuleDict({f"t_cat_{i}": nn.EmbeddingBag(n, dim, mode="sum") for i, n in enumerate(tables)})
        self.sparse_arch = named(embedding_bag_collection=named(embedding_bags=bags))
        self.dense_arch = named(model=mlp(bottom))
        self.over_arch = named(model=nn.Sequential(mlp(top[:-1]), nn.Linear(top[-2], top[-1])))

    def forward(self, integers, ids, _):
        dense = run(self.dense_arch.model, torch.log(torch.from_numpy(integers).float() + 1))
        bags = self.sparse_arch.embedding_bag_collection.embedding_bags.values()
        rows = [bag(torch.from_numpy(ids[:, [i]]).long()) for i, bag in enumerate(bags)]
        combined = torch.stack([dense, *rows], dim=1)
        products = torch.bmm(combined, combined.transpose(1, 2))
        first, second = torch.triu_indices(combined.shape[1], combined.shape[1], offset=1)
        features = torch.cat([dense, products[:, first, second]], dim=1)
        hidden, last = self.over_arch.model
        return torch.sigmoid(last(run(hidden, features)))


def named(**modules):
    module = nn.Module()
    for name, child in modules.items():
        module.add_module(name, child)
    return module


def mlp(widths):
    """torchrec.modules.mlp.MLP: Perceptrons, each a Linear and a ReLU."""
    layers = [named(_linear=nn.Linear(n, m)) for n, m in zip(widths, widths[1:], strict=False)]
    return named(_mlp=nn.Sequential(*layers))


def run(module, value):
    for layer in module._mlp:
        value = torch.relu(layer._linear(value))
    return value


def save(path, model, forward_of) -> None:
    batch = batch_of(40, 64, model.tables)
    with torch.no_grad():
        probabilities = forward_of(model, batch).numpy().ravel()
    state = {f"state.{name}": tensor.numpy() for name, tensor in model.state_dict().items()}
    np.savez_compressed(path, integers=batch[0], ids=batch[1], probabilities=probabilities, **state)


if __name__ == "__main__":
    main()

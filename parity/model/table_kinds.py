"""Proves that bench-disk prunes the tables that the original prunes, whatever kind they are.

Small models of facebookresearch/dlrm with plain, quotient-remainder (QR) and mixed-dimension (MD) tables, saved with
prefixes, masks and parametrisations, and `expected.json`: for each file the tables after PyTorch's DataNormSparsifier
(level 0.5, blocks (1, 4), L1) has pruned every parameter with `emb_l` in its name, as the original's
evaluate_disk_savings.py does. Needs facebookresearch/dlrm: see dlrm.py.
"""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from dlrm import net_and_output, versions, write_json
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier
from torch.nn.utils import parametrize, prune

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/bench-disk/test/golden/table-kinds"
DIM = 8
TABLES = [30, 9, 14]
CONFIG = {"sparsity_level": 0.5, "sparse_block_shape": (1, 4), "norm": "L1"}


def main() -> None:
    _, output = net_and_output(__doc__, DEFAULT_OUTPUT)
    torch.manual_seed(20240501)
    np.random.seed(20240501)  # DLRM_Net's parameters
    expected: dict[str, object] = {}

    def save(name: str, net: torch.nn.Module, state: dict[str, torch.Tensor]) -> None:
        torch.save(OrderedDict(state), output / name)
        tables = {key: value.detach().clone() for key, value in masked_parameters(net) if "emb_l" in key}
        expected[name] = {
            key: {"shape": list(value.shape), "values": value.flatten().tolist()}
            for key, value in pruned(tables).items()
        }

    qr = dlrm_net(qr_flag=True, qr_collisions=4, qr_threshold=10)
    save("qr.pt", qr, qr.state_dict())
    md = dlrm_net(md_flag=True, md_threshold=5, m_spa=np.array([4, 8, 4]))
    save("md.pt", md, md.state_dict())

    wrapped = dlrm_net()
    save(
        "wrapped.pt", wrapped, {f"module._orig_mod.{key}": value for key, value in wrapped.state_dict().items()}
    )
    masked = dlrm_net()
    prune.random_unstructured(masked.emb_l[0], "weight", amount=0.3)
    prune.random_unstructured(masked.bot_l[0], "weight", amount=0.3)
    save("masked.pt", masked, masked.state_dict())
    parametrised = dlrm_net()
    mask = (torch.rand(TABLES[1], DIM) > 0.3).float()
    parametrize.register_parametrization(parametrised.emb_l[1], "weight", Masked(mask))
    save("parametrised.pt", parametrised, parametrised.state_dict())

    write_json(
        output / "expected.json",
        {"versions": versions(), "config": CONFIG, "files": expected},
    )


class Masked(torch.nn.Module):
    """Like PyTorch's FakeSparsity, which leaves its mask out of the state dict."""

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight * self.mask


def dlrm_net(m_spa: int | np.ndarray = DIM, **options: object) -> torch.nn.Module:
    from dlrm_s_pytorch import DLRM_Net

    vectors = len(TABLES) + 1
    return DLRM_Net(
        m_spa,
        np.array(TABLES),
        np.array([3, DIM]),
        np.array([DIM + vectors * (vectors - 1) // 2, 1]),
        arch_interaction_op="dot",
        sigmoid_bot=-1,
        sigmoid_top=0,
        ndevices=-1,
        loss_function="bce",
        **options,
    )


def masked_parameters(net: torch.nn.Module) -> list[tuple[str, torch.Tensor]]:
    """The parameters as the forward pass sees them, with masks and parametrisations applied, by plain names."""
    found = []
    for name, _ in net.named_parameters():
        plain = name.removesuffix("_orig").replace("parametrizations.", "").removesuffix(".original")
        owner, _, attribute = plain.rpartition(".")
        found.append((plain, getattr(net.get_submodule(owner), attribute)))
    return found


def pruned(tables: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    sparsifier = DataNormSparsifier(**CONFIG)
    for name, table in tables.items():
        sparsifier.add_data(name=name.replace(".", "_"), data=table)
    sparsifier.step()
    return {
        name: sparsifier.get_data(name.replace(".", "_"), return_original=False).detach() + 0.0 for name in tables
    }


if __name__ == "__main__":
    main()

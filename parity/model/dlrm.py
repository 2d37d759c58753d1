"""Proves that the model computes what facebookresearch/dlrm's DLRM_Net does: forward, every gradient, training.

Writes `small.npz` (a small model: initial parameters, ten batches, probabilities, losses, every gradient,
parameters after ten steps), `itself.npz` and `cat.npz` (likewise, with --arch-interaction-itself,
whose squares want a learning rate of 0.001, and --arch-interaction-op=cat), `kaggle.json` (the Kaggle architecture with small tables: a hundred steps of SGD;
parameters and batches come from `formula`, which the tests have too) and `initial.json` (quantiles of
DLRM_Net's initial parameters). Needs facebookresearch/dlrm: a checkout named by --dlrm-source or DLRM_SOURCE.
"""

import argparse
import importlib.util
import json
import math
import os
import sys
import types
from functools import partial
from pathlib import Path

import numpy as np
import torch

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/dlrm/test/golden/dlrm"
KAGGLE_BOTTOM = [13, 512, 256, 64, 16]
KAGGLE_TOP = [367, 512, 256, 1]
KAGGLE_TABLES = [1, 3, 4, 10, 15, 18, 24, 27, 105, 305] + [7 * i + 2 for i in range(1, 17)]
SAMPLES = 48


def main() -> None:
    make_net, output = net_and_output(__doc__, DEFAULT_OUTPUT)
    small(make_net, output / "small.npz")
    small(partial(make_net, itself=True), output / "itself.npz", top_width=36, rate=0.001)
    small(partial(make_net, op="cat"), output / "cat.npz", top_width=56)
    write_json(output / "kaggle.json", kaggle(make_net))
    write_json(output / "initial.json", initial(make_net))


def net_and_output(description: str, default_output: Path):
    """Reads the command line of a program; returns `net_maker` of the original's sources, and the folder, made, for what it writes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=default_output)
    parser.add_argument("--dlrm-source", type=Path, default=os.environ.get("DLRM_SOURCE"))
    arguments = parser.parse_args()
    if not arguments.dlrm_source:
        parser.error("name a checkout of facebookresearch/dlrm with --dlrm-source or DLRM_SOURCE")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    return net_maker(arguments.dlrm_source), arguments.output


def net_maker(source: Path):
    """A function from sizes to a DLRM_Net; its module needs only its own folder and, as a name, tensorboard."""
    sys.path.insert(0, str(source))
    if importlib.util.find_spec("tensorboard") is None:
        stub = types.ModuleType("torch.utils.tensorboard")
        stub.SummaryWriter = None
        sys.modules["torch.utils.tensorboard"] = stub
    from dlrm_s_pytorch import DLRM_Net

    def make_net(dim: int, tables: list[int], bottom: list[int], top: list[int], op="dot", itself=False):
        return DLRM_Net(
            dim,
            np.array(tables),
            np.array(bottom),
            np.array(top),
            arch_interaction_op=op,
            arch_interaction_itself=itself,
            sigmoid_bot=-1,
            sigmoid_top=len(top) - 2,
            ndevices=-1,
            loss_function="bce",
        )

    return make_net


def formula(salt: int, count: int) -> np.ndarray:
    """`count` numbers in [0, 1) that any language can compute: a hash of the index, in 32-bit arithmetic."""
    x = np.arange(count, dtype=np.uint32) + np.uint32(salt * 0x9E3779B9 % 2**32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x21F0AAAD)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x735A2D97)
    return (x ^ (x >> np.uint32(15))).astype(np.float64) / 2**32


def batch_of(salt: int, size: int, tables: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integers (size, 13), ids (size, tables) and labels (size), small values more often."""
    integers = np.floor(50 * formula(salt, size * 13) ** 4).astype(np.int32).reshape(size, 13)
    uniform = formula(salt + 1, size * len(tables)).reshape(size, len(tables))
    ids = np.floor(uniform**2 * np.array(tables)).astype(np.int32)
    labels = (formula(salt + 2, size) < 0.25).astype(np.int32)
    return integers, ids, labels


def forward(net, batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities (size, 1) and the mean loss."""
    integers, ids, labels = batch
    offsets = torch.arange(len(labels)).repeat(ids.shape[1], 1)
    probabilities = net(torch.log(torch.from_numpy(integers).float() + 1), offsets, torch.from_numpy(ids.T).long())
    return probabilities, net.loss_fn(probabilities, torch.from_numpy(labels).float().view(-1, 1))


def step(net, optimizer, batch) -> tuple[np.ndarray, float]:
    probabilities, loss = forward(net, batch)
    optimizer.zero_grad()
    loss.backward()
    return probabilities.detach().numpy().ravel(), loss.item()


def gradients_of(net) -> dict[str, np.ndarray]:
    dense = {name: p.grad.to_dense() if p.grad.is_sparse else p.grad for name, p in net.named_parameters()}
    return {name: gradient.numpy().copy() for name, gradient in dense.items()}


def parameters_of(net) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in net.state_dict().items()}


def small_training(make_net, top_width=29):
    """A small model with its initial parameters, and ten batches of 64 examples."""
    tables = [37, 5, 120, 61, 1, 24]
    np.random.seed(20)
    net = make_net(8, tables, [13, 32, 16, 8], [top_width, 24, 12, 1])
    return net, [batch_of(10 * (i + 1), 64, tables) for i in range(10)]


def small(make_net, output: Path, top_width=29, rate=0.1) -> None:
    net, batches = small_training(make_net, top_width)
    optimizer = torch.optim.SGD(net.parameters(), lr=rate)
    arrays = {f"initial.{name}": value for name, value in parameters_of(net).items()}
    for name, index in (("integers", 0), ("ids", 1), ("labels", 2)):
        arrays[name] = np.stack([batch[index] for batch in batches])
    losses = []
    for batch in batches:
        probabilities, loss = step(net, optimizer, batch)
        if not losses:
            arrays["probabilities"] = probabilities
            arrays |= {f"gradient.{name}": value for name, value in gradients_of(net).items()}
        losses.append(loss)
        optimizer.step()
    arrays["losses"] = np.array(losses)
    arrays |= {f"final.{name}": value for name, value in parameters_of(net).items()}
    np.savez_compressed(output, **arrays)


def kaggle(make_net) -> dict:
    net = make_net(16, KAGGLE_TABLES, KAGGLE_BOTTOM, KAGGLE_TOP)
    with torch.no_grad():
        for salt, (name, parameter) in enumerate(net.named_parameters()):
            rows, columns = parameter.shape[0], math.prod(parameter.shape[1:])
            bound = math.sqrt(6 / (rows + columns)) if name.endswith("weight") else math.sqrt(1 / rows)
            values = (2 * formula(1000 + salt, parameter.numel()) - 1) * bound
            parameter.copy_(torch.from_numpy(values.astype(np.float32)).view(parameter.shape))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    result = {"versions": versions(), "tableRows": KAGGLE_TABLES, "batch": 128, "learningRate": 0.1}
    losses = []
    for i in range(100):
        probabilities, loss = step(net, optimizer, batch_of(3 * i, 128, KAGGLE_TABLES))
        if i == 0:
            result["probabilities"] = floats(probabilities)
            result["gradients"] = sampled(gradients_of(net))
        losses.append(loss)
        optimizer.step()
    return result | {"losses": losses, "final": sampled(parameters_of(net))}


def sampled(tensors: dict[str, np.ndarray]) -> dict:
    """For each tensor, the values at `samples` positions chosen by `formula`, and the sum of squares of all values."""
    result = {}
    for name, tensor in tensors.items():
        flat = tensor.ravel()
        places = np.floor(formula(77, min(SAMPLES, flat.size)) * flat.size).astype(np.int64)
        result[name] = {
            "samples": floats(flat[places]),
            "squares": float(np.sum(flat.astype(np.float64) ** 2)),
        }
    return result


def initial(make_net) -> dict:
    np.random.seed(3)
    net = make_net(16, [400, 3000], [13, 512, 256, 16], [19, 512, 256, 1])
    probabilities = np.linspace(0.02, 0.98, 25)
    quantiles = {
        name: floats(np.quantile(value.astype(np.float64).ravel(), probabilities))
        for name, value in parameters_of(net).items()
        if value.size >= 256
    }
    return {"versions": versions(), "probabilities": floats(probabilities), "quantiles": quantiles}


def floats(values: np.ndarray) -> list[float]:
    return [float(value) for value in values]


def versions() -> dict[str, str]:
    return {"torch": torch.__version__.split("+")[0], "numpy": np.__version__}


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()

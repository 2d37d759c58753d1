"""Proves that ActivationSparsifier keeps PyTorch's state: random operations, and the state after each.

Run: python parity/sparsifiers/activation_sparsifier.py [--output FOLDER]
Writes operations.json: scenarios of registering layers with and without features, again and with overrides, forward
passes on random inputs, steps, squashes, layers unregistered, and the state saved and loaded into a new sparsifier
("renew"). After each operation stand what is aggregated, the masks, the sparse masks of the state dict and the
configurations of all layers, and after a forward pass what came out of each layer (all are identities). An operation
on which PyTorch fails has "error", and ends its scenario. PyTorch's sort is made stable.

Left out is what PyTorch does wrongly (see the README): a step or a second squash after a squash, and what a squash
without a hook leaves. Inputs are whole numbers of eighths, so that sums are exact in any order.
"""

import argparse
import copy
import json
import pathlib
import platform
import warnings

import numpy as np
import torch
from torch import nn
from torch.ao.pruning._experimental.activation_sparsifier.activation_sparsifier import ActivationSparsifier

SCENARIOS = 40
OPERATIONS = 14
# Per example; the first dimension is the batch's.
LAYERS = {"tower.0": (6,), "tower.1": (3, 2), "head": (5,)}
BATCHES = [3, 3, 3, 3, 3, 3, 3, 2]
KINDS = ["register"] * 3 + ["forward"] * 6 + ["step"] * 4 + ["squash"] * 2 + ["unregister"] + ["save", "renew"] * 2
BEGINNING = ["register", "register", "forward"]


def smallest(data, sparsity_level):
    """The mask function of PyTorch's own test."""
    data_norm = torch.abs(data).flatten()
    _, sorted_idx = torch.sort(data_norm)
    sorted_idx = sorted_idx[: round(sparsity_level * len(sorted_idx))]
    mask = torch.ones_like(data_norm)
    mask.scatter_(dim=0, index=sorted_idx, value=0)
    return mask.reshape(data.shape)


def soft(data, sparsity_level):
    """A mask with values other than 0 and 1."""
    return smallest(data, sparsity_level) * 0.5 + (data > 0).float() * 0.5


FUNCTIONS = {
    "aggregate_fn": {
        "addBatches": lambda x, y: x + y,
        "addExamples": lambda x, y: x.sum(0, keepdim=True) + y.sum(0, keepdim=True),
        "addMagnitudes": lambda x, y: x.abs().sum(0, keepdim=True) + y.abs().sum(0, keepdim=True),
        "maximum": lambda x, y: torch.maximum(x, y),
    },
    "reduce_fn": {"meanOverBatch": lambda x: x.mean(dim=0), "same": lambda x: x},
    "mask_fn": {"maskSmallest": smallest, "soft": soft},
}
NAMES = {id(function): name for functions in FUNCTIONS.values() for name, function in functions.items()}
CAMEL = {"aggregate_fn": "aggregateFn", "reduce_fn": "reduceFn", "mask_fn": "maskFn", "feature_dim": "featureDim"}


class Model(nn.Module):
    """Layers side by side, each with its own input and output."""

    def __init__(self):
        super().__init__()
        self.tower = nn.Sequential(nn.Identity(), nn.Identity())
        self.head = nn.Identity()

    def forward(self, inputs):
        return {name: self.get_submodule(name)(value) for name, value in inputs.items()}


class Scenario:
    """A sparsifier on a model, and the recorded operations."""

    def __init__(self, random):
        self.random = random
        self.defaults = {kind: self.function(kind) for kind in FUNCTIONS}
        self.level = self.some_level()
        self.make()
        self.squashed, self.saved = False, None
        self.operations = []

    def make(self):
        self.model = Model()
        self.sparsifier = ActivationSparsifier(self.model, **self.defaults, sparsity_level=self.level)

    def function(self, kind):
        return FUNCTIONS[kind][str(self.random.choice(list(FUNCTIONS[kind])))]

    def some_level(self):
        return float(self.random.choice([0.0, 0.2, 0.25, 0.4, 0.5, 0.8, 1.0]))

    def run(self):
        start = {"defaults": ours({**self.defaults, "sparse_config": {"sparsity_level": self.level}})}
        while len(self.operations) < OPERATIONS:
            begin = BEGINNING[len(self.operations) : len(self.operations) + 1]
            made = getattr(self, str(self.random.choice(begin or KINDS)))()
            if made is None:
                continue
            operation, act = made
            try:
                outputs = act()
            except (AssertionError, ValueError, RuntimeError, KeyError) as error:
                self.operations.append(operation | {"error": type(error).__name__})
                break
            self.operations.append(operation | {"then": self.held()} | ({"outputs": outputs} if outputs else {}))
        return start | {"operations": self.operations}

    def held(self):
        # Converted to sparse and back, as PyTorch saves it, so that the contents of a state are also compared.
        states = self.sparsifier.state_dict()["state"]
        return {
            name: {
                "config": ours(config),
                "hookState": config["hook_state"],
                "data": written(config.get("data")),
                "mask": written(self.sparsifier.state[name]["mask"]),
                "sparse": sparse(states[name]["mask"]),
            }
            for name, config in self.sparsifier.data_groups.items()
        }

    def register(self):
        if self.squashed:
            return None
        name = str(self.random.choice(list(LAYERS)))
        options = {kind: self.function(kind) for kind in FUNCTIONS if self.random.random() < 0.3}
        if self.random.random() < 0.5:
            shape = LAYERS[name]
            dim = int(self.random.integers(len(shape)))
            count = int(self.random.integers(1, shape[dim] + 1))
            options["features"] = [int(feature) for feature in self.random.permutation(shape[dim])[:count]]
            options["feature_dim"] = dim + 1 if self.random.random() < 0.7 else dim - len(shape)
        level = {"sparsity_level": self.some_level()} if self.random.random() < 0.5 else {}
        operation = {"operation": "register", "name": name, "options": ours({**options, "sparse_config": level})}
        layer = self.model.get_submodule(name)
        return operation, lambda: self.sparsifier.register_layer(layer, **options, **level)

    def forward(self):
        examples = int(self.random.choice(BATCHES))
        inputs = {
            name: torch.from_numpy(self.random.integers(-80, 80, (examples, *shape)).astype(np.float32) / 8)
            for name, shape in LAYERS.items()
        }
        operation = {"operation": "forward", "inputs": {name: written(value) for name, value in inputs.items()}}
        # With features, PyTorch writes into its input.
        copies = {name: value.clone() for name, value in inputs.items()}
        return operation, lambda: {name: written(value) for name, value in self.model(copies).items()}

    def step(self):
        fails = any("data" not in config for config in self.sparsifier.data_groups.values())
        if self.squashed or (fails and self.random.random() < 0.8):
            return None
        return {"operation": "step"}, self.sparsifier.step

    def squash(self):
        if self.squashed or self.random.random() < 0.3:
            return None

        def act():
            self.sparsifier.squash_mask()
            # Ours drops the aggregates at a squash.
            for config in self.sparsifier.data_groups.values():
                config.pop("data", None)
            self.squashed = True

        return {"operation": "squash"}, act

    def unregister(self):
        names = list(self.sparsifier.data_groups)
        if not names:
            return None
        name = str(self.random.choice(names))
        return {"operation": "unregister", "name": name}, lambda: self.sparsifier.unregister_layer(name)

    def save(self):
        def act():
            self.saved = copy.deepcopy(self.sparsifier.state_dict()), self.squashed

        return {"operation": "save"}, act

    def renew(self):
        if self.saved is None:
            return None

        def act():
            self.make()
            state, self.squashed = self.saved
            self.sparsifier.load_state_dict(copy.deepcopy(state))

        return {"operation": "renew"}, act


def ours(config):
    """A configuration with our option names and the names of the functions; missing options are left out."""
    written_out = {CAMEL[key]: NAMES[id(config[key])] for key in FUNCTIONS if config.get(key) is not None}
    if config.get("features") is not None:
        written_out |= {"features": config["features"], "featureDim": config["feature_dim"]}
    level = config["sparse_config"].get("sparsity_level")
    return written_out | {"sparseConfig": {} if level is None else {"sparsityLevel": level}}


def written(value):
    if value is None:
        return None
    if isinstance(value, list):
        return [written(each) for each in value]
    # -0 is 0.
    return {"shape": list(value.shape), "data": [number(each) for each in value.flatten().tolist()]}


def sparse(value):
    if value is None:
        return None
    if isinstance(value, list):
        return [sparse(each) for each in value]
    value = value.coalesce()
    values = [number(each) for each in value.values().tolist()]
    return {"shape": list(value.shape), "indices": value.indices().flatten().tolist(), "values": values}


def number(value):
    return int(value) if value == int(value) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = "packages/activation-sparsifier/test/golden/activation-sparsifier"
    parser.add_argument("--output", type=pathlib.Path, default=folder)
    output = parser.parse_args().output
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    unstable_sort = torch.sort
    torch.sort = lambda values: unstable_sort(values, stable=True)

    random = np.random.default_rng(11)
    scenarios = [Scenario(random).run() for _ in range(SCENARIOS)]
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n".join(json.dumps(scenario, separators=(",", ":")) for scenario in scenarios)
    output.mkdir(parents=True, exist_ok=True)
    text = '{"versions": ' + json.dumps(versions) + ', "scenarios": [\n' + lines + "\n]}\n"
    (output / "operations.json").write_text(text)


if __name__ == "__main__":
    main()

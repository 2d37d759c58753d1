"""Proves that DataNormSparsifier keeps PyTorch's state: random operations, and the state after each.

Run: python parity/sparsifiers/sparsifier_operations.py [--output FOLDER]
Writes operations.json: scenarios of adding data with overrides, replacing it with and without its mask, changing the
caller's table in place, stepping, squashing in every form, and saving the state and loading it, strict and not, into
the same sparsifier or a new one ("renew"). After each operation stand the masks, the pruned values and the
configurations of all names, and the caller's tables; an operation on which PyTorch fails has "error", and ends its
scenario. PyTorch's sort is made stable.

Left out is what PyTorch cannot do and we can (see the README): new data for a name whose mask was squashed, and a
load that is not strict of a name that is there.
"""

import argparse
import copy
import json
import pathlib
import platform
import warnings

import numpy as np
import torch
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier

SCENARIOS = 40
OPERATIONS = 12
SHAPES = [(3, 4), (3, 4), (3, 4), (3, 4), (4, 3), (1, 6)]
KINDS = ["add", "step", "save", "renew", "change"] * 4 + ["load"] * 10 + ["squash"] * 4 + ["enable"]
# Start with a state with pruned values, or with two of them to merge.
BEGINNINGS = [["add", "add", "step"], ["add", "step", "save", "renew", "add", "load"]]
NAMES = ["a", "b", "c", "d"]
BLOCKS = [(1, 1), (1, 4), (2, 2), (3, 2)]


class Scenario:
    """A sparsifier, the tables of its caller, and the recorded operations."""

    def __init__(self, random):
        self.random = random
        self.tables = [torch.from_numpy(self.values(shape)) for shape in SHAPES]
        self.norm = str(random.choice(["L1", "L2"]))
        defaults = self.config()
        self.start = {"norm": self.norm, "config": ours(defaults), "tables": [listed(table) for table in self.tables]}
        self.make = lambda: DataNormSparsifier(norm=self.norm, **defaults)
        self.sparsifier, self.squashed = self.make(), set()
        self.saved = None
        self.operations = []

    def values(self, shape):
        """Nonzero integers, so that pruned values can be recognised."""
        size = int(np.prod(shape))
        return (self.random.integers(1, 60, size) * self.random.choice([-1, 1], size)).astype(np.float32).reshape(shape)

    def config(self):
        block = BLOCKS[self.random.integers(len(BLOCKS))]
        zeros = int(self.random.integers(1, block[0] * block[1] + 1))
        level = float(self.random.choice([0.25, 0.4, 0.5, 0.8, 1.0]))
        return {"sparsity_level": level, "sparse_block_shape": block, "zeros_per_block": zeros}

    def run(self):
        beginning = BEGINNINGS[self.random.integers(len(BEGINNINGS))]
        while len(self.operations) < OPERATIONS:
            begin = beginning[len(self.operations) : len(self.operations) + 1]
            made = getattr(self, str(self.random.choice(begin or KINDS)))()
            if made is None:
                continue
            operation, act = made
            try:
                act()
            except (AssertionError, ValueError) as error:
                self.operations.append(operation | {"error": type(error).__name__})
                break
            self.operations.append(operation | {"then": self.held()})
        return self.start | {"operations": self.operations}

    def held(self):
        sparsifier = self.sparsifier
        return {
            "tables": [listed(table) for table in self.tables],
            "held": {
                name: {
                    "mask": "".join(str(int(keeps)) for keeps in sparsifier.get_mask(name).flatten()),
                    "pruned": listed(sparsifier.get_data(name, return_original=False)),
                    "config": ours(config),
                }
                for name, config in sorted(sparsifier.data_groups.items())
            },
        }

    def add(self):
        name = str(self.random.choice(NAMES))
        if name in self.squashed:
            return None
        table = int(self.random.integers(len(SHAPES)))
        # No table under two names: it would be squashed twice.
        if any(self.sparsifier.get_data(other, return_original=other not in self.squashed) is self.tables[table]
               for other in self.sparsifier.data_groups):  # fmt: skip
            return None
        reuse = bool(self.random.random() < 0.6)
        config = self.config()
        if self.random.random() < 0.5:
            config = {"sparsity_level": config["sparsity_level"]} if self.random.random() < 0.5 else {}
        operation = {"operation": "add", "name": name, "table": table, "reuseMask": reuse, "config": ours(config)}
        return operation, lambda: self.sparsifier.add_data(name, self.tables[table], reuse_mask=reuse, **config)

    def change(self):
        table = int(self.random.integers(len(SHAPES)))
        at, value = int(self.random.integers(self.tables[table].numel())), float(self.random.integers(60, 99))

        def act():
            self.tables[table].view(-1)[at] = value

        return {"operation": "change", "table": table, "at": at, "value": value}, act

    def step(self):
        if self.squashed and self.random.random() < 0.7:
            return None
        return {"operation": "step"}, self.sparsifier.step

    def squash(self):
        present = sorted(self.sparsifier.data_groups)
        if not present:
            return None
        names = None if self.random.random() < 0.5 else [str(self.random.choice(present))]
        leave = bool(self.random.random() < 0.6)

        def act():
            self.sparsifier.squash_mask(names=names, leave_parametrized=leave)
            self.squashed.update(names or present)

        return {"operation": "squash", "names": names, "leaveParametrized": leave}, act

    def save(self):
        def act():
            self.saved = copy.deepcopy(self.sparsifier.state_dict()), set(self.squashed)

        return {"operation": "save"}, act

    def renew(self):
        if self.saved is None:
            return None

        def act():
            self.sparsifier, self.squashed = self.make(), set()

        return {"operation": "renew"}, act

    def load(self):
        if self.saved is None or not self.saved[0]["state"]:
            return None
        state, squashed = self.saved
        strict = not state["state"].keys().isdisjoint(self.sparsifier.state) or bool(self.random.random() < 0.2)

        def act():
            self.sparsifier.load_state_dict(state, strict=strict)
            self.squashed = set(squashed) if strict else self.squashed | squashed

        return {"operation": "load", "strict": strict}, act

    def enable(self):
        value = bool(self.random.random() < 0.7)

        def act():
            self.sparsifier.enable_mask_update = value

        return {"operation": "enable", "value": value}, act


def ours(config):
    names = {
        "sparsity_level": "sparsityLevel",
        "sparse_block_shape": "sparseBlockShape",
        "zeros_per_block": "zerosPerBlock",
    }
    return {names[name]: value for name, value in config.items()}


def listed(tensor):
    """Values in row-major order, all integers, with -0 as 0."""
    return [int(value) for value in tensor.flatten()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = "packages/data-sparsifier/test/golden/sparsifier-operations"
    parser.add_argument("--output", type=pathlib.Path, default=folder)
    output = parser.parse_args().output
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    unstable_sort = torch.sort
    torch.sort = lambda values, dim: unstable_sort(values, dim=dim, stable=True)

    random = np.random.default_rng(7)
    scenarios = [Scenario(random).run() for _ in range(SCENARIOS)]
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n".join(json.dumps(scenario, separators=(",", ":")) for scenario in scenarios)
    output.mkdir(parents=True, exist_ok=True)
    text = '{"versions": ' + json.dumps(versions) + ', "shapes": ' + json.dumps(SHAPES) + ', "scenarios": [\n' + lines + "\n]}\n"
    (output / "operations.json").write_text(text)


if __name__ == "__main__":
    main()

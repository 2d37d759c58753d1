"""Compares a folder of regenerated golden files with the committed ones.

Files equal byte for byte are equal. Others are read (json, csv, npy, npz, ckpt/pt, safetensors), and
are still equal if every integer, boolean and string in them is, and every floating-point number is
within 1e-5 (relative) or 1e-6 (absolute): sums in another order on another processor differ by
that much. The recorded versions in a JSON file are not compared. Prints each difference; exit code 1.
"""

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

RELATIVE = 1e-5
ABSOLUTE = 1e-6
NEVER_COMPARED = {"versions"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("committed", type=Path)
    parser.add_argument("regenerated", type=Path)
    arguments = parser.parse_args()
    found = list(differing_files(arguments.committed, arguments.regenerated))
    for difference in found:
        print(difference)
    sys.exit(1 if found else 0)


def differing_files(committed: Path, regenerated: Path) -> Iterator[str]:
    old, new = files_of(committed), files_of(regenerated)
    for name in sorted(old.keys() - new.keys()):
        yield f"{name}: committed, but no longer written"
    for name in sorted(new.keys() - old.keys()):
        yield f"{name}: written, but not committed"
    for name in sorted(old.keys() & new.keys()):
        if old[name].read_bytes() == new[name].read_bytes():
            continue
        yield from differences(read(old[name]), read(new[name]), name)


def files_of(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def read(path: Path) -> Any:
    """The content as nested mappings, sequences, arrays and scalars; plain bytes for other formats."""
    match path.suffix:
        case ".json":
            return json.loads(path.read_text())
        case ".csv":
            with path.open(newline="") as file:
                return [[number_or_text(field) for field in row] for row in csv.reader(file)]
        case ".npy":
            return np.load(path)
        case ".npz":
            with np.load(path) as arrays:
                return dict(arrays)
        case ".safetensors":
            from safetensors.numpy import load_file

            return load_file(path)
        case ".ckpt" | ".pt" | ".pth":
            import torch

            # Safe, because our own parity programs have just written it.
            return torch.load(path, map_location="cpu", weights_only=False)
        case _:
            return path.read_bytes()


def number_or_text(field: str) -> float | str:
    try:
        return float(field)
    except ValueError:
        return field


def differences(old: Any, new: Any, where: str) -> Iterator[str]:
    old, new = as_array(old), as_array(new)
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        yield from array_differences(old, new, where)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted((old.keys() | new.keys()) - NEVER_COMPARED, key=str):
            if key not in old or key not in new:
                yield f"{where}: '{key}' only in the {'committed' if key in old else 'regenerated'} file"
            else:
                yield from differences(old[key], new[key], f"{where}/{key}")
    elif is_sequence(old) and is_sequence(new):
        if len(old) != len(new):
            yield f"{where}: {len(old)} entries committed, {len(new)} regenerated"
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from differences(one, other, f"{where}[{index}]")
    elif isinstance(old, float) and isinstance(new, (int, float)):
        same = (math.isnan(old) and math.isnan(new)) or math.isclose(
            old, new, rel_tol=RELATIVE, abs_tol=ABSOLUTE
        )
        if not same:
            yield f"{where}: {old!r} committed, {new!r} regenerated"
    elif old != new:
        yield f"{where}: {summary(old)} committed, {summary(new)} regenerated"


def as_array(value: Any) -> Any:
    if type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach"):
        value = value.detach()
        return (value.float() if value.is_floating_point() else value).numpy()
    return value


def is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def array_differences(old: np.ndarray, new: np.ndarray, where: str) -> Iterator[str]:
    if old.dtype != new.dtype or old.shape != new.shape:
        yield f"{where}: {old.dtype}{old.shape} committed, {new.dtype}{new.shape} regenerated"
        return
    if old.dtype.kind == "f":
        same = np.isclose(old, new, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)
    else:
        same = old == new
    if not np.all(same):
        first = np.argwhere(~np.atleast_1d(same))[0]
        index = tuple(int(i) for i in first) if old.ndim else ()
        yield (
            f"{where}: {int(np.sum(~same))} of {old.size} values differ, the first at {index}: "
            f"{old[index]} committed, {new[index]} regenerated"
        )


def summary(value: Any) -> str:
    return f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)


if __name__ == "__main__":
    main()

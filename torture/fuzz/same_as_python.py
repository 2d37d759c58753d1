"""Reads a sample of damaged files with PyTorch, NumPy and safetensors, and compares what they find with what we found.

`python same_as_python.py FOLDER`: for each FILE.json of the fuzz worker there is the damaged file itself, and the file as it
was. Prints a JSON line for each file that Python reads before the damage: whether both read the same values, both refuse
it, or only one reads it. Each batch is read in a process of its own, because a damaged file may end the libraries' process.
"""

import hashlib
import json
import os
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

BATCH = 200
# The key of a state dict inside a checkpoint, as our reader knows it.
STATE_DICT_KEYS = ("state_dict", "model_state_dict")


def main() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    # Others have what is no state dict to Python, or a layout of ours.
    known = {
        path.name.removesuffix(".json")
        for path in folder.glob("whole-*.json")
        if judge(path)["outcome"] == "equal"
    }
    of_file = {path: json.loads(path.read_text()) for path in sorted(folder.glob("[0-9]*.json"))}
    cases = [path for path, ours in of_file.items() if ours["whole"] in known]
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        if not judged_in_child(batch):
            for case in batch:
                if not judged_in_child([case]):
                    print(json.dumps({"file": case.stem, "outcome": "ended Python"}), flush=True)


def judged_in_child(cases: list[Path]) -> bool:
    """Prints all cases, or nothing if one of them ended the child."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        with os.fdopen(write_end, "w") as pipe:
            for case in cases:
                pipe.write(json.dumps(judge(case)) + "\n")
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        found = pipe.read()
    _, status = os.waitpid(child, 0)
    if status == 0:
        print(found, end="", flush=True)
    return status == 0


def judge(case: Path) -> dict[str, str]:
    ours = json.loads(case.read_text())
    path = case.parent / ours["file"]
    try:
        theirs, refusal = described(read(path)), ""
    except Exception as error:  # noqa: BLE001 - any error is a refusal
        theirs, refusal = None, f"{type(error).__name__}: {error}"[:200]
    if "error" in ours:
        if theirs is None:
            return {"file": path.name, "outcome": "both refuse"}
        return {"file": path.name, "outcome": "only Python reads", "ours": ours["error"]}
    if theirs is None:
        # The optimiser's state and the like, of which our reader checks no checksums because it does not read them.
        damaged = damaged_entries(path)
        is_outside = damaged and all("/data/" in name for name in damaged)
        outcome = "damaged outside the model" if is_outside else "only we read"
        return {"file": path.name, "outcome": outcome, "theirs": refusal}
    # Integers and the like are beside the values here.
    mine = {entry["name"]: (entry["shape"], entry["sha256"]) for entry in ours["tensors"]}
    if all(theirs.get(name) == mine[name] for name in mine) and all(name in mine for name in theirs):
        return {"file": path.name, "outcome": "equal"}
    different = sorted(name for name in {*mine, *theirs} if theirs.get(name) != mine.get(name))
    return {"file": path.name, "outcome": "different", "names": ", ".join(different)[:200]}


def read(path: Path) -> dict[str, torch.Tensor]:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return {name: torch.from_numpy(np.array(arrays[name])) for name in arrays.files}
    if path.suffix == ".safetensors":
        return safetensors.torch.load_file(path)
    saved = torch.load(path, weights_only=True, map_location="cpu")
    for key in STATE_DICT_KEYS:
        if isinstance(saved, dict) and isinstance(saved.get(key), dict):
            saved = saved[key]
            break
    return dict(flattened(saved, ""))


def damaged_entries(path: Path) -> list[str]:
    """The entries of an archive whose checksums are wrong; our reader refuses those that it reads."""
    damaged = []
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            try:
                archive.read(entry)
            except zipfile.BadZipFile:
                damaged.append(entry.filename)
    return damaged


def flattened(saved: object, prefix: str):
    if isinstance(saved, torch.Tensor):
        yield prefix, saved
    elif isinstance(saved, dict):
        for key, value in saved.items():
            yield from flattened(value, f"{prefix}.{key}" if prefix else f"{key}")


def described(tensors: dict[str, torch.Tensor]) -> dict[str, tuple[list[int], str]]:
    """Shape and SHA-256 of the values as float32, any NaN being the same."""
    found = {}
    for name, tensor in tensors.items():
        dense = tensor.detach().to_dense() if tensor.layout != torch.strided else tensor.detach()
        values = dense.to(torch.float32).contiguous().clone()
        values[values != values] = float("nan")
        data = values.numpy().tobytes()
        found[name] = (list(tensor.shape), hashlib.sha256(data).hexdigest())
    return found


if __name__ == "__main__":
    main()

"""Proves that checkpoints go both ways: writes files of torch, safetensors and numpy with their values.

Then rewrites them with our own saveCheckpoint (the packages must be built), reads these with
torch.load(weights_only=True), the safetensors package and numpy, and fails unless all hold the same tensors.
`--verify FOLDER` does only this last step, on every model.ckpt, model.safetensors, model.npz and
sparse-*.safetensors in the folder and below; sparse tables are read by the lines of packages/tensor-files/README.md.
"""

import argparse
import io
import json
import math
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

PACKAGE = Path(__file__).parents[2] / "packages/tensor-files"
PACKAGE_GOLDEN = PACKAGE / "test/golden/checkpoints"
README = PACKAGE / "README.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=PACKAGE_GOLDEN)
    parser.add_argument("--verify", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.verify:
        verify(arguments.verify)
    else:
        write_goldens(arguments.output)
        with tempfile.TemporaryDirectory() as folder:
            writer = Path(__file__).parent / "write_checkpoints.mjs"
            subprocess.run(["node", writer, arguments.output, folder], check=True)
            verify(Path(folder))


def write_goldens(output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20240501)
    expected = {}

    def keep(name: str, tensors: dict[str, torch.Tensor]) -> Path:
        expected[name] = {
            key: {"shape": list(value.shape), "values": numbers(value)} for key, value in tensors.items()
        }
        return output / name

    def save(name: str, saved: object, tensors: dict[str, torch.Tensor], **options: object) -> None:
        torch.save(saved, keep(name, tensors), **options)

    model = small_model()
    for protocol in (2, 3, 4, 5):
        save(f"protocol-{protocol}.ckpt", as_dlrm_saves(model), model, pickle_protocol=protocol)
    replace_in_pickle(
        output / "protocol-2.ckpt",
        keep("numpy-1.ckpt", model),
        b"cnumpy._core.multiarray\n",
        b"cnumpy.core.multiarray\n",
    )
    save("dtypes.pt", dtypes(), dtypes())
    save("views.pt", views(), views())
    save("shared-storages.pt", shared_storages(), shared_storages())
    save("parameters.pth", {key: torch.nn.Parameter(value) for key, value in model.items()}, model)
    nested = {"tables": {"first": torch.rand(2, 4), "more": {"second": torch.rand(3)}}, "epoch": 3}
    save(
        "nested.pt",
        nested,
        {"tables.first": nested["tables"]["first"], "tables.more.second": nested["tables"]["more"]["second"]},
    )
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    optimizer = torch.optim.Adam(module.parameters())
    module(torch.rand(4, 3)).sum().backward()
    optimizer.step()
    save(
        "training.pt",
        {
            "epoch": 7,
            "model_state_dict": module.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "loss": 0.25,
            "seen": {1, 2},
            "best": None,
            "large": 2**70,
            "sizes": torch.Size([1, 2]),
        },
        module.state_dict(),
        pickle_protocol=4,
    )
    save(
        "beside.pt",
        {
            "state_dict": model,
            "device": torch.device("cpu"),
            "dtype": torch.float32,
            "set": {1, 2},
            "complex": 1 + 2j,
            "bytearray": bytearray(b"abc"),
            "counter": Counter("aab"),
            "sparse": torch.eye(2).to_sparse(),
            "uint16": torch.ones(3, dtype=torch.uint16),
            "float8": torch.zeros(3).to(torch.float8_e4m3fn),
            "integers": torch.arange(3),
            "flags": torch.tensor([True]),
            "quantised": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8),
        },
        model,
    )
    torch.load(output / "beside.pt", weights_only=True)
    torch.serialization.set_crc32_options(False)
    save("without-checksums.pt", model, model)
    torch.serialization.set_crc32_options(True)
    torchrec = {
        f"model.sparse_arch.embedding_bag_collection.embedding_bags.t_cat_{i}.weight": torch.rand(i + 2, 4)
        for i in range(3)
    } | {"model.over_arch.model.0._linear.bias": torch.rand(5)}
    save("torchrec.pt", OrderedDict(torchrec), torchrec)

    integers = {
        "weight": torch.tensor([[0.5, -1.0], [2.0, 4.0]]),
        "steps": torch.tensor([2**60 + 1, -5]),
        "flags": torch.tensor([True, False]),
        "transposed": torch.arange(6, dtype=torch.int32).reshape(2, 3).T,
        "part": torch.arange(9, dtype=torch.int16)[3:5],
        "bytes": torch.tensor([0, 255], dtype=torch.uint8),
        "small": torch.tensor([-128], dtype=torch.int8),
    }
    save("integers.pt", integers, integers)

    sparse = sparse_tensors()
    save("sparse.pt", sparse, {name: tensor.to_dense() for name, tensor in sparse.items()})

    safetensors.torch.save_file(dtypes(), keep("dtypes.safetensors", dtypes()), metadata={"format": "pt"})
    safetensors.torch.save_file(torchrec, keep("torchrec.safetensors", torchrec))
    arrays = {
        "half": np.arange(6, dtype=np.float16).reshape(2, 3),
        "single": np.linspace(0, 1, 5, dtype=np.float32),
        "double": np.array([[1 / 3, 2 / 3], [1e-300, 1e300]]),
        "columns first": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    }
    with np.errstate(over="ignore"):
        of_arrays = {key: torch.tensor(value.astype(np.float32)) for key, value in arrays.items()}
    np.savez(keep("stored.npz", of_arrays), **arrays)
    np.savez_compressed(keep("compressed.npz", of_arrays), **arrays)

    pack(keep("packed-ckpt.zip", model), output / "protocol-2.ckpt", zipfile.ZIP_DEFLATED)
    pack(keep("packed-stored-ckpt.zip", model), output / "protocol-5.ckpt", zipfile.ZIP_STORED)
    pack(keep("packed-safetensors.zip", torchrec), output / "torchrec.safetensors", zipfile.ZIP_DEFLATED)
    pack(keep("packed-npz.zip", of_arrays), output / "stored.npz", zipfile.ZIP_DEFLATED)
    # As if unpacked and packed again; torch.load refuses such a file, but we read it.
    copy_archive(output / "dtypes.pt", keep("deflated.pt", dtypes()), {}, compression=zipfile.ZIP_DEFLATED)

    write_refused(output / "refused")
    versions = {"torch": torch.__version__, "numpy": np.__version__, "safetensors": safetensors.__version__}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(tensors)}" for name, tensors in expected.items())
    text = '{"versions": ' + json.dumps(versions) + ',\n"expected": {\n' + lines + "\n}}\n"
    (output / "expected.json").write_text(text)


def small_model() -> OrderedDict[str, torch.Tensor]:
    return OrderedDict(
        {
            "emb_l.0.weight": torch.rand(5, 4) - 0.5,
            "emb_l.1.weight": torch.rand(1, 4) - 0.5,
            "bot_l.0.weight": torch.rand(4, 3) - 0.5,
            "bot_l.0.bias": torch.rand(4) - 0.5,
        }
    )


def as_dlrm_saves(state_dict: OrderedDict[str, torch.Tensor]) -> dict[str, object]:
    """The fields of dlrm_s_pytorch.py's checkpoint, with its numpy scalars."""
    return {
        "nepochs": 1,
        "nbatches": 100,
        "nbatches_test": 10,
        "state_dict": state_dict,
        "test_acc": np.float64(0.78),
        "epoch": 0,
        "iter": 100,
        "train_loss": np.float32(0.5),
        "total_loss": 0.6,
        "opt_state_dict": {"state": {}, "param_groups": [{"lr": 0.1, "params": [0, 1]}]},
    }


def dtypes() -> dict[str, torch.Tensor]:
    special = [0.0, -0.0, 1.0, -2.5, 1 / 3, math.pi, math.inf, -math.inf, math.nan, 65504.0, 6e-8, 1e-40, 0.1]
    types = [torch.float32, torch.float16, torch.bfloat16, torch.float64]
    made = {str(dtype).split(".")[1]: torch.tensor(special, dtype=dtype) for dtype in types}
    # An odd number of two-byte values ends in the middle of a four-byte one.
    return made | {"every float16": torch.arange(0, 65536, 67).to(torch.uint16).view(torch.float16)}


def views() -> dict[str, torch.Tensor]:
    base = torch.arange(24, dtype=torch.float32)
    cube = base.clone().reshape(2, 3, 4)
    return {
        "transposed": base.clone().reshape(4, 6).t(),
        "every second column": base.clone().reshape(4, 6)[:, ::2],
        "rows in the middle": base.clone().reshape(6, 4)[2:4],
        "permuted": cube.permute(2, 0, 1),
        "one column of a cube": cube.clone()[:, :, 1:2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
        "scalar": torch.tensor(7.5),
        "scalar inside": base.clone()[5],
        "no rows": torch.empty(0, 4),
        "no rows of a table": base.clone().reshape(6, 4)[3:3],
        "float16 transposed": base.to(torch.float16).reshape(4, 6).t(),
    }


def shared_storages() -> dict[str, torch.Tensor]:
    table = torch.arange(12, dtype=torch.float32).reshape(4, 3)
    return {"whole": table, "tied": table, "first rows": table[:2], "transposed": table.t(), "flat": table.view(12)}


def sparse_tensors() -> dict[str, torch.Tensor]:
    dense = torch.zeros(6, 4)
    dense[[0, 2, 2, 5], [1, 0, 3, 2]] = torch.tensor([1.5, -2.0, 0.25, 7.0])
    repeated = torch.sparse_coo_tensor([[0, 0, 3], [1, 1, 2]], [1.0, 2.0, 4.0], (5, 4))
    rows = torch.sparse_coo_tensor([[1, 4]], torch.arange(6).reshape(2, 3) - 2.5, (6, 3))
    return {
        "emb_l.0.weight": torch.nn.Parameter(dense.to_sparse()),
        "emb_l.1.weight": repeated,
        "emb_l.2.weight": rows.coalesce(),
        "csr": dense.to_sparse_csr(),
        "csr int32": torch.sparse_csr_tensor(
            torch.tensor([0, 1, 3], dtype=torch.int32),
            torch.tensor([2, 0, 1], dtype=torch.int32),
            torch.tensor([0.5, -1.0, 3.0]),
            (2, 3),
        ),
        "csc": dense.to_sparse_csc(),
        "bsr": dense.to_sparse_bsr((3, 2)),
        "bsc": dense.to_sparse_bsc((2, 4)),
        "half": dense.half().to_sparse(),
        "double": dense.double().to_sparse(),
        "integers": torch.tensor([[0, 2**60 + 1], [-5, 0]]).to_sparse(),
        "cube": torch.eye(3)[None].repeat(2, 1, 1).to_sparse(),
        "no values": torch.zeros(3, 2).to_sparse(),
    }


def write_refused(output: Path) -> None:
    """Files that must give one clear error; none of them is harmful when loaded."""
    output.mkdir(exist_ok=True)
    weight = {"emb_l.0.weight": torch.zeros(2, 2)}
    legacy = bytes_of(weight, _use_new_zipfile_serialization=False)
    # The rest contains addresses of this process.
    (output / "legacy.pt").write_bytes(legacy[: legacy.index(b"emb_l")])
    copy_archive(io.BytesIO(bytes_of(weight)), output / "big-endian.pt", {"byteorder": b"big"})
    torch.save(torch.nn.Linear(2, 2), output / "whole-module.pt")
    torch.save({"weight": np.zeros(3)}, output / "numpy-array.pt")
    torch.save({"emb_l.0.weight": torch.arange(4)}, output / "int64.pt")
    claimed = torch.sparse_coo_tensor([[0, 1, 2, 3, 4], [0, 0, 0, 0, 0]], torch.ones(5), (10**6, 10**6))
    torch.save({"emb_l.0.weight": claimed}, output / "sparse-of-any-size.pt")
    torch.save({"emb_l.0.weight": torch.eye(2, dtype=torch.int64).to_sparse()}, output / "sparse-int64.pt")
    torch.save({"emb_l.0.weight": torch.zeros(2, 2).to(torch.float8_e4m3fn)}, output / "float8.pt")
    torch.save(torch.zeros(3), output / "single-tensor.pt")
    torch.save({"epoch": 3}, output / "no-tensors.pt")
    torch.save({"call": Calls()}, output / "calls-a-function.pt")
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
    # Its code refers to objects of this process.
    copy_archive(script, output / "torchscript.pt", {}, leave_out=("code/", ".data/"))
    safetensors.torch.save_file({"emb_l.0.weight": torch.arange(4)}, output / "int64.safetensors")
    np.savez(output / "int64.npz", **{"emb_l.0.weight": np.arange(4)})


class Calls:
    """Unpickled by Python, it would call os.getcwd."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        import os

        return os.getcwd, ()


def bytes_of(saved: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(saved, buffer, **options)
    return buffer.getvalue()


def replace_in_pickle(source: Path, target: Path, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(source) as archive:
        pickle = archive.read(f"{source.stem}/data.pkl")
    assert old in pickle
    copy_archive(source, target, {"data.pkl": pickle.replace(old, new)})


def copy_archive(
    source: Path | io.BytesIO,
    target: Path,
    replaced: dict[str, bytes],
    leave_out: tuple[str, ...] = (),
    compression: int = zipfile.ZIP_STORED,
) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            inside = name.split("/", 1)[1]
            if not inside.startswith(leave_out):
                new.writestr(zipfile.ZipInfo(name), replaced.get(inside, old.read(name)), compression)


def pack(target: Path, source: Path, compression: int) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(source.name), source.read_bytes(), compression)


def numbers(tensor: torch.Tensor) -> list[float | str]:
    """As float32; JSON has no infinities, NaN or (for JavaScript's sake) -0."""
    values = tensor.detach().to(torch.float32).flatten().tolist()
    return [v if math.isfinite(v) and not (v == 0 and math.copysign(1, v) < 0) else str(v) for v in values]


def verify(folder: Path) -> None:
    checked = 0
    for path in sorted(folder.rglob("model.npz")):
        with np.load(path) as arrays:
            expected = {name: arrays[name] for name in arrays.files}
        by_torch = torch.load(path.with_suffix(".ckpt"), weights_only=True)
        if not isinstance(by_torch, OrderedDict) or list(by_torch) != list(expected):
            sys.exit(f"{path.with_suffix('.ckpt')}: expected an OrderedDict of {list(expected)}")
        if not all(tensor.is_contiguous() for tensor in by_torch.values()):
            sys.exit(f"{path.with_suffix('.ckpt')}: a tensor is not contiguous")
        mapped = torch.load(path.with_suffix(".ckpt"), weights_only=True, mmap=True)
        of_torch = safetensors.torch.load_file(path.with_suffix(".safetensors"))
        of_numpy = safetensors.numpy.load_file(path.with_suffix(".safetensors"))
        must_be_equal(path, "ckpt", {name: tensor.numpy() for name, tensor in by_torch.items()}, expected)
        must_be_equal(path, "ckpt mapped", {name: tensor.numpy() for name, tensor in mapped.items()}, expected)
        must_be_equal(path, "safetensors", {name: tensor.numpy() for name, tensor in of_torch.items()}, expected)
        must_be_equal(path, "safetensors in numpy", of_numpy, expected)
        for sparse in sorted(path.parent.glob("sparse-*.safetensors")):
            must_be_equal(path, sparse.name, with_dense_tables(safetensors.numpy.load_file(sparse)), expected)
        checked += 1
        verify_kept(path.parent)
    if checked == 0:
        sys.exit(f"{folder}: expected model.npz files, found none")
    print(f"{checked} checkpoints are equal in torch, safetensors and numpy")


def verify_kept(folder: Path) -> None:
    """What our files hold as it was read: whole numbers and truth values exactly, halves with their type."""
    ckpt = folder / "kept.ckpt"
    if not ckpt.exists():
        return
    by_torch = torch.load(ckpt, weights_only=True)
    of_safetensors = safetensors.torch.load_file(ckpt.with_suffix(".safetensors"))
    source = PACKAGE_GOLDEN / folder.name
    read = torch.load(source, weights_only=True) if folder.name in ("dtypes.pt", "integers.pt") else {}
    for name, tensor in by_torch.items():
        if tensor.dtype != of_safetensors[name].dtype or not same_bits(tensor, of_safetensors[name]):
            sys.exit(f"{ckpt}: {name} is another in safetensors")
        original = read.get(name)
        if original is None or original.dtype == torch.float64:
            continue
        if tensor.dtype != original.dtype or not same_values(tensor, original):
            sys.exit(f"{ckpt}: {name}: expected {original.dtype} as it was, found {tensor.dtype}")


def same_bits(tensor: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.equal(
        tensor.contiguous().view(-1).view(torch.uint8), other.contiguous().view(-1).view(torch.uint8)
    )


def same_values(tensor: torch.Tensor, other: torch.Tensor) -> bool:
    """Equal, or not numbers both."""
    return bool(((tensor == other) | ((tensor != tensor) & (other != other))).all())


def must_be_equal(
    path: Path, kind: str, found: dict[str, np.ndarray], expected: dict[str, np.ndarray]
) -> None:
    if found.keys() != expected.keys():
        sys.exit(f"{path}: {kind}: other names: {sorted(found.keys() ^ expected.keys())}")
    for name, array in found.items():
        same_type = array.dtype == np.float32 and array.shape == expected[name].shape
        if not same_type or array.tobytes() != expected[name].tobytes():
            sys.exit(f"{path}: {kind}: {name} differs from numpy's")


def with_dense_tables(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    names = [name.removesuffix(".compressed") for name in tensors if name.endswith(".compressed")]
    fields = tuple(f"{name}." for name in names)
    others = {name: tensor for name, tensor in tensors.items() if not name.startswith(fields)}
    dense_table = readme_function()
    return others | {name: dense_table(tensors, name) for name in names}


def readme_function() -> Callable[[dict[str, np.ndarray], str], np.ndarray]:
    """`dense_table`, from the lines in the README, unchanged."""
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.M | re.S)
    (code,) = (block for block in blocks if "def dense_table" in block)
    names: dict[str, Any] = {}
    exec(compile(code, README, "exec"), names)
    return names["dense_table"]


if __name__ == "__main__":
    main()

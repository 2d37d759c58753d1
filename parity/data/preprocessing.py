"""Proves that preprocessCriteo writes the arrays of data_utils.py: runs the original on rows of every kind.

Each case is a folder with its rows (train.txt) and what getCriteoAdData of facebookresearch/dlrm made of them
(processed.npz, day_count.npz); cases.json lists the cases, with the error where the original fails.

One patch, made at run time: NumPy 2 raises OverflowError where an int32 array is made from a hex number above
7fffffff, which NumPy 1 wrapped around. The `np.array` that data_utils.py calls goes by int64, and wraps as before.

DLRM_SOURCE or --dlrm-source: a checkout of facebookresearch/dlrm.
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parents[2] / "packages/criteo-data/test/golden"
DAYS = 7


class WrappingNumpy:
    """NumPy, except that values of int32 arrays wrap around."""

    def __getattr__(self, name):
        return getattr(np, name)

    @staticmethod
    def array(values, dtype=None):
        if dtype is np.int32:
            return np.array(values, dtype=np.int64).astype(np.int32)
        return np.array(values, dtype=dtype)


def row(random, integers=None, categories=None, label=None):
    label = str(random.integers(2)) if label is None else label
    integers = [str(value) for value in random.integers(0, 50, 13)] if integers is None else integers
    categories = [f"{value:08x}" for value in random.integers(0, 9, 26)] if categories is None else categories
    return "\t".join([label, *integers, *categories])


def missing_fields(random):
    """Each field is missing in half of the rows; one row has only its label."""
    rows = [row(random, [""] * 13, [""] * 26)]
    for _ in range(60):
        label, *features = row(random).split("\t")
        rows.append("\t".join([label, *np.where(random.random(39) < 0.5, "", features)]))
    return rows


def integer_range(random):
    values = [-2147483648, -1, -2, -300, 0, 1, 2147483647, 65536]
    return [row(random, [str(values[index]) for index in random.integers(len(values), size=13)]) for _ in range(40)]


def hex_range(random):
    """Above 7fffffff, the ends of the range, short ones, capital letters, and 0 next to a missing field."""
    values = ["7fffffff", "80000000", "ffffffff", "fffffffe", "00000000", "0", "", "a", "FFFFFFFF", "DeadBeef", "00c0ffee"]
    return [row(random, None, [values[index] for index in random.integers(len(values), size=26)]) for _ in range(60)]


def one_value(random):
    """Columns 1, 7 and 26 have a single value; column 2 has none, column 3 a new one in each row."""
    rows = []
    for index in range(30):
        categories = [f"{value:08x}" for value in random.integers(0, 9, 26)]
        categories[0] = categories[6] = categories[25] = "0badcafe"
        categories[1] = ""
        categories[2] = f"{0xFFFFFFF0 - index:08x}"
        rows.append(row(random, None, categories))
    return rows


def cases(random):
    some = [row(random) for _ in range(30)]
    yield "criteo-rows", (TESTS / "rows.txt").read_text()
    for make in (missing_fields, integer_range, hex_range, one_value):
        yield make.__name__.replace("_", "-"), text_of(make(random))
    yield "windows-line-ends", text_of(some, "\r\n")
    yield "windows-no-last-newline", text_of(some, "\r\n").removesuffix("\r\n")
    yield "no-last-newline", text_of(some).removesuffix("\n")
    yield "no-last-newline-missing-field", text_of([*some, row(random, None, ["1"] * 25 + [""])]).removesuffix("\n")
    for count in (DAYS, DAYS + 1, 2 * DAYS - 1, 2 * DAYS):
        yield f"{count}-rows", text_of(some[:count])
    for count in (1, DAYS - 1):
        yield f"{count}-of-{DAYS}-days", text_of(some[:count])


def text_of(rows, line_end="\n"):
    return "".join(line + line_end for line in rows)


def preprocess(data_utils, text, folder):
    """Runs the original in a separate folder, which it fills with files for each day and column."""
    folder.mkdir(parents=True)
    (folder / "train.txt").write_bytes(text.encode())
    with tempfile.TemporaryDirectory() as work:
        shutil.copy(folder / "train.txt", work)
        with contextlib.redirect_stdout(None):
            data_utils.getCriteoAdData(f"{work}/train.txt", "processed", days=DAYS, data_split="train", criteo_kaggle=True)
        shutil.copy(f"{work}/processed.npz", folder / "processed.npz")
        shutil.copy(f"{work}/train_day_count.npz", folder / "day_count.npz")


def write_npz(folder):
    """Arrays of every element type in both orders, compressed and not, with their values as text."""
    random = np.random.default_rng(20240602)
    arrays = {}
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
        range_of = np.iinfo(dtype)
        arrays[dtype] = random.integers(range_of.min, range_of.max, (3, 4), dtype=dtype, endpoint=True)
    for dtype in ("float16", "float32", "float64"):
        arrays[dtype] = random.normal(0, 3, (2, 3)).astype(dtype)
    arrays["bool"] = random.random(7) < 0.5
    arrays["scalar"] = np.array(2.5)
    arrays["empty"] = np.zeros((0, 3), dtype=np.int32)
    arrays["fortran 2"] = np.asfortranarray(random.integers(100, size=(4, 3)).astype(np.int32))
    arrays["fortran 3"] = np.asfortranarray(random.normal(size=(2, 3, 4)))
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "compressed.npz", **arrays)
    np.savez(folder / "stored.npz", **arrays)
    described = {
        name: {"dtype": array.dtype.name, "shape": array.shape, "values": [text_of_value(each) for each in array.flat]}
        for name, array in arrays.items()
    }
    content = {"versions": {"numpy": np.__version__}, "arrays": described}
    (folder / "arrays.json").write_text(json.dumps(content, indent=1) + "\n")


def text_of_value(value):
    """The shortest text that converts back to the double; the same as JavaScript's for these values."""
    return str(int(value)) if value.dtype.kind in "iub" else repr(float(value))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=TESTS / "preprocessing")
    parser.add_argument("--dlrm-source", default=os.environ.get("DLRM_SOURCE"))
    arguments = parser.parse_args()
    if not arguments.dlrm_source:
        parser.error("expected a checkout of facebookresearch/dlrm in DLRM_SOURCE or --dlrm-source")
    sys.path.insert(0, arguments.dlrm_source)
    import data_utils

    data_utils.np = WrappingNumpy()
    shutil.rmtree(arguments.output, ignore_errors=True)
    arguments.output.mkdir(parents=True)
    listed = []
    for name, text in cases(np.random.default_rng(20240601)):
        try:
            preprocess(data_utils, text, arguments.output / name)
            listed.append({"name": name})
        except FileNotFoundError as error:
            # A day without rows gets no file, and the original fails to open it.
            listed.append({"name": name, "error": f"{type(error).__name__}: {Path(error.filename).name}"})
    content = {"versions": {"numpy": np.__version__}, "cases": listed}
    write_npz(arguments.output / "npz")
    (arguments.output / "cases.json").write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()

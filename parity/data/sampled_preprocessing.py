"""Proves that preprocessCriteo takes days, --max-ind-range and --data-sub-sample-rate as data_utils.py does.

The rows are those of 24 days, a file each, as of the Criteo Terabyte logs (day_0 to day_23); cases.json lists what the
original was run with, and each case is a folder with what it wrote (processed.npz, day_count.npz). Case `kaggle` has the
same rows in one file, of 7 days.

NumPy draws one number a row, day after day, and which rows are left out follows from them. Ours are drawn by the row's
number instead, so that threads can leave out rows in any order: `uniform` is patched to give our numbers, written down
here a second time (../packages/criteo-data/src/random/random-stream.ts), and everything else must be equal.

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
from preprocessing import WrappingNumpy, row

GOLDEN = Path(__file__).parents[2] / "packages/criteo-data/test/golden/sampled-preprocessing"
DAYS = 24
SEED = 7
MASK = 0xFFFFFFFF

CASES = [
    {"name": "days", "options": {}},
    {"name": "max-ind-range", "options": {"max_ind_range": 1000}},
    {"name": "sub-sample-rate", "options": {"sub_sample_rate": 0.6}},
    {"name": "both", "options": {"max_ind_range": 40, "sub_sample_rate": 0.875}},
    {"name": "kaggle", "options": {"sub_sample_rate": 0.6}, "days": 7},
]


def mix(value):
    value = (value ^ (value >> 16)) * 0x85EBCA6B & MASK
    value = (value ^ (value >> 13)) * 0xC2B2AE35 & MASK
    return value ^ (value >> 16)


def first_number(seed, stream):
    """The first number of a stream: xoshiro128** 1.1, its state filled by a hash of seed and stream."""
    state = mix(seed & MASK)
    for word in (seed >> 32, stream & MASK, stream >> 32):
        state = mix((state + word * 0x85EBCA6B + 0x9E3779B9) & MASK)
    second = mix((state + 2 * 0x9E3779B9) & MASK)
    scrambled = second * 5 & MASK
    rotated = (scrambled << 7 | scrambled >> 25) & MASK
    return (rotated * 9 & MASK) / 2**32


class NumberedRandom:
    """numpy.random, but that the numbers of `uniform` go by the number of the row."""

    def __init__(self):
        self.row = 0

    def __getattr__(self, name):
        return getattr(np.random, name)

    def uniform(self, low, high, size):
        assert (low, high) == (0.0, 1.0)
        first, self.row = self.row, self.row + size
        return np.array([first_number(SEED, index) for index in range(first, first + size)])


def write_rows(folder):
    random = np.random.default_rng(20240603)
    for day in range(DAYS):
        rows = []
        for _ in range(random.integers(2, 9)):
            categories = [f"{value:08x}" for value in random.integers(2**32, size=6)]
            categories += [f"{value:x}" for value in random.integers(50, size=20)]
            label = str(int(random.random() < 0.3))
            integers = [str(value) for value in random.integers(-2, 50, 13)]
            rows.append(row(random, integers, categories, label) + "\n")
        (folder / f"day_{day}").write_text("".join(rows))


def preprocess(data_utils, rows, folder, days, options):
    folder.mkdir()
    data_utils.np.random = NumberedRandom()
    is_kaggle = days != DAYS
    with tempfile.TemporaryDirectory() as work:
        for day in range(DAYS):
            shutil.copy(rows / f"day_{day}", work)
        if is_kaggle:
            (Path(work) / "train.txt").write_text("".join((rows / f"day_{day}").read_text() for day in range(DAYS)))
        with contextlib.redirect_stdout(None):
            name = f"{work}/{'train.txt' if is_kaggle else 'day'}"
            data_utils.getCriteoAdData(name, "processed", days=days, criteo_kaggle=is_kaggle, **options)
        shutil.copy(f"{work}/processed.npz", folder / "processed.npz")
        stem = "train" if is_kaggle else "day"
        shutil.copy(f"{work}/{stem}_day_count.npz", folder / "day_count.npz")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=GOLDEN)
    parser.add_argument("--dlrm-source", default=os.environ.get("DLRM_SOURCE"))
    arguments = parser.parse_args()
    if not arguments.dlrm_source:
        parser.error("expected a checkout of facebookresearch/dlrm in DLRM_SOURCE or --dlrm-source")
    sys.path.insert(0, arguments.dlrm_source)
    import data_utils

    data_utils.np = WrappingNumpy()
    shutil.rmtree(arguments.output, ignore_errors=True)
    rows = arguments.output / "rows"
    rows.mkdir(parents=True)
    write_rows(rows)
    for case in CASES:
        preprocess(data_utils, rows, arguments.output / case["name"], case.get("days", DAYS), case["options"])
    content = {"versions": {"numpy": np.__version__}, "seed": SEED, "cases": CASES}
    (arguments.output / "cases.json").write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()

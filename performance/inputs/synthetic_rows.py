"""Rows in which every id has an effect on the label, rare ones too, as a processed npz.

Ids follow Zipf's law in tables of Kaggle's proportions; logits are those of a factorisation machine; 26 % of the labels
are 1. In the rows of `criteo-data synthesize`, rare ids have little effect, so that almost anything compresses them.

Run: python performance/inputs/synthetic_rows.py ROWS SEED OUTPUT.npz
"""

import sys

import numpy as np

KAGGLE_ROWS = 45_840_617
# fmt: off
KAGGLE_IDS = [1460, 583, 10131227, 2202608, 305, 24, 12517, 633, 3, 93145, 5683, 8351593, 3194, 27, 14992, 5461306, 10,
              5652, 2173, 4, 7046547, 18, 15, 286181, 105, 142572]
# fmt: on
POSITIVES = 0.256


def by_first_appearance(ids: np.ndarray) -> tuple[np.ndarray, int]:
    unique, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    rank = np.empty(len(unique), np.int64)
    rank[np.argsort(first)] = np.arange(len(unique))
    return rank[inverse], len(unique)


def main() -> None:
    rows, seed, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    random = np.random.default_rng(seed)
    logits = np.zeros(rows, np.float32)
    sums, squares = np.zeros((rows, 4), np.float32), np.zeros(rows, np.float32)
    ids, counts = np.empty((rows, 26)), []
    for table, kaggle in enumerate(KAGGLE_IDS):
        size = max(min(kaggle, 2000), min(kaggle, int(kaggle * rows / KAGGLE_ROWS * 1.5)))
        weights = 1 / np.arange(1, size + 1) ** (1.0 + 0.15 * random.random())
        drawn = np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), random.random(rows)), size - 1)
        effects = (random.standard_normal(size) * 0.22).astype(np.float32)
        vectors = (random.standard_normal((size, 4)) * 0.17).astype(np.float32)
        logits += effects[drawn]
        sums += vectors[drawn]
        squares += (vectors[drawn] ** 2).sum(1)
        ids[:, table], count = by_first_appearance(drawn)
        counts.append(count)
    logits += 0.5 * ((sums**2).sum(1) - squares)
    integers = np.floor(np.exp(random.standard_normal((rows, 13)) * 1.3 + 1.5)).astype(np.int32)
    integers[random.random((rows, 13)) < 0.2] = 0
    logits += (np.log1p(integers) @ (random.standard_normal(13) * 0.08)).astype(np.float32)
    low, high = -8, 4
    for _ in range(40):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(logits - logits.mean() + middle)))).mean() > POSITIVES:
            high = middle
        else:
            low = middle
    probabilities = 1 / (1 + np.exp(-(logits - logits.mean() + middle)))
    labels = (random.random(rows) < probabilities).astype(np.int32)
    np.savez_compressed(output, X_cat=ids, X_int=integers, y=labels, counts=np.array(counts, np.int32))


if __name__ == "__main__":
    main()

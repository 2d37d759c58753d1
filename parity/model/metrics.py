"""Proves that binaryClassificationMetrics gives scikit-learn's values: writes labels, scores and metrics.

Ties, scores of 0.5, of exactly 0 and 1, nothing predicted positive, and labels of one class only.
"""

import argparse
import json
import math
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

PACKAGE_GOLDEN = Path(__file__).parents[2] / "packages/dlrm/test/golden/metrics"


def scores_of(kind, size, random):
    uniform = random.random(size, dtype=np.float32)
    if kind == "ties":
        return np.round(uniform * 10).astype(np.float32) / np.float32(10)
    if kind == "extreme":
        return np.where(uniform < 0.3, 0, np.where(uniform > 0.7, 1, uniform)).astype(np.float32)
    if kind == "half":
        return np.where(uniform < 0.5, np.float32(0.5), uniform)
    if kind == "near half":
        return np.nextafter(np.float32(0.5), random.choice([0, 1], size).astype(np.float32))
    if kind == "near the ends":
        return np.where(uniform < 0.5, uniform * np.float32(1e-6), 1 - uniform * np.float32(1e-7))
    if kind == "nothing predicted":
        return uniform * np.float32(0.5)
    return uniform


def value_of(metric, labels, scores):
    """A float; None for NaN; the message of an error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(metric(labels, scores))
    except ValueError as error:
        return str(error)
    return None if math.isnan(value) else value


def case(kind, labels, scores):
    rounded = np.round(scores)
    expected = {
        name: value_of(metric, labels, of)
        for name, metric, of in [
            ("precision", metrics.precision_score, rounded),
            ("recall", metrics.recall_score, rounded),
            ("f1", metrics.f1_score, rounded),
            ("average_precision", metrics.average_precision_score, scores),
            ("roc_auc", metrics.roc_auc_score, scores),
            ("accuracy", metrics.accuracy_score, rounded),
            ("log_loss", metrics.log_loss, scores),
        ]
    }
    return {"kind": kind, "y": labels.tolist(), "score": scores.tolist(), "expected": expected}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PACKAGE_GOLDEN)
    output = parser.parse_args().output
    random = np.random.default_rng(20240501)
    kinds = ["continuous", "ties", "extreme", "half", "near half", "near the ends", "nothing predicted"]
    cases = []
    for kind in kinds:
        for size, share in [(200, 0.5), (97, 0.1), (2, 0.5)]:
            labels = (random.random(size) < share).astype(np.int64)
            labels[:2] = [0, 1]
            cases.append(case(kind, labels, scores_of(kind, size, random)))
    for kind in kinds:
        for label in (0, 1):
            labels = np.full(12, label, dtype=np.int64)
            cases.append(case(f"one class, {kind}", labels, scores_of(kind, 12, random)))
    versions = {"numpy": np.__version__, "sklearn": sklearn.__version__}
    output.mkdir(parents=True, exist_ok=True)
    # One case per line, so that a changed case is one changed line.
    lines = ",\n".join(json.dumps(each) for each in cases)
    text = '{"versions": ' + json.dumps(versions) + ', "cases": [\n' + lines + "\n]}\n"
    (output / "scikit-learn.json").write_text(text)


if __name__ == "__main__":
    main()

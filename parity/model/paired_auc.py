"""Proves pairedAucDifference: DeLong's covariances by their definition, over all pairs, in NumPy; AUCs by scikit-learn."""

import argparse
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import roc_auc_score

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output", type=Path, default=Path(__file__).parents[2] / "packages/dlrm/test/golden/paired-auc")
output = parser.parse_args().output
random = np.random.default_rng(1988)


def delong(labels: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """The difference of the second AUC and the first, and its variance (DeLong et al. 1988, equations 3 to 6)."""
    positive, negative = scores[:, labels == 1, None], scores[:, None, labels == 0]
    pairs = (positive > negative) + 0.5 * (positive == negative)
    v10, v01 = pairs.mean(2), pairs.mean(1)
    covariance = np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]
    contrast = np.array([-1, 1])
    return float(contrast @ pairs.mean((1, 2))), float(contrast @ covariance @ contrast)


cases = []
for kind, size, share, noise, digits in (
    ("near each other", 300, 0.3, 0.05, 7),
    ("far apart", 120, 0.5, 1.5, 7),
    ("ties", 200, 0.2, 0.5, 1),
    ("few positives", 150, 0.03, 0.3, 7),
    ("equal", 60, 0.4, 0.0, 7),
):
    labels = (random.random(size) < share).astype(int)
    labels[:4] = [0, 1, 0, 1]
    logits = random.standard_normal(size) + labels
    first = np.round(1 / (1 + np.exp(-logits)), digits).astype(np.float32)
    second = np.round(1 / (1 + np.exp(-logits - noise * random.standard_normal(size))), digits).astype(np.float32)
    difference, variance = delong(labels, np.stack([first, second]))
    assert abs(difference - (roc_auc_score(labels, second) - roc_auc_score(labels, first))) < 1e-12
    cases.append(
        {
            "kind": kind,
            "labels": labels.tolist(),
            "first": first.tolist(),
            "second": second.tolist(),
            "difference": difference,
            "variance": variance,
        }
    )

output.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(json.dumps(case) for case in cases)
versions = json.dumps({"numpy": np.__version__, "sklearn": sklearn.__version__})
(output / "cases.json").write_text('{"versions": ' + versions + ', "cases": [\n' + lines + "\n]}\n")

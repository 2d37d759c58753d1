"""Proves the ridge step of `compress-tables --refit`: scales of groups of rows, fitted to labels on a linearised logit.

Writes `ridge.json`: examples with a few features each, the scale of each feature (one may come twice in an example),
probabilities and labels, and the solution of (X^T W X + ridge I) s = X^T (y - p) by numpy.linalg.solve.
"""

import argparse
import json
from pathlib import Path

import numpy as np

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/table-compression/test/golden/refit"
EXAMPLES, FEATURES, SCALES, RIDGE = 60, 5, 9, 2.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    arguments = parser.parse_args()
    generator = np.random.default_rng(4)
    scales = generator.integers(0, SCALES, (EXAMPLES, FEATURES))
    features = generator.normal(0, 1, (EXAMPLES, FEATURES)).round(3)
    probabilities = generator.uniform(0.02, 0.9, EXAMPLES).round(3)
    labels = (generator.random(EXAMPLES) < 0.4).astype(int)
    design = np.zeros((EXAMPLES, SCALES))
    np.add.at(design, (np.arange(EXAMPLES)[:, None], scales), features)
    weights = probabilities * (1 - probabilities)
    solution = np.linalg.solve(
        design.T @ (design * weights[:, None]) + RIDGE * np.eye(SCALES), design.T @ (labels - probabilities)
    )
    content = {
        "versions": {"numpy": np.__version__},
        "ridge": RIDGE,
        "scales": scales.tolist(),
        "features": features.tolist(),
        "probabilities": probabilities.tolist(),
        "labels": labels.tolist(),
        "solution": solution.tolist(),
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "ridge.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()

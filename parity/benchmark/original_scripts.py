"""Proves that the original's benchmark scripts run on the files of our commands, with the same metrics.

Our commands make everything from nothing: rows, processed npz with day counts, a trained checkpoint, pruned
models with their metadata CSV, metrics and forward times. Then the logic of evaluate_model_metrics.py,
evaluate_forward_time.py and dlrm_utils.py (pytorch/pytorch,
torch/ao/pruning/_experimental/data_sparsifier/benchmarks) runs on these files through facebookresearch/dlrm and
PyTorch. What differs from the scripts as they stand, because they no longer run:

- get_dlrm_model: the number of rows of each table is that of the data (`counts`), not Kaggle's.
- unpack_batch of dlrm_s_pytorch.py reads a global `args` that the scripts do not set: the batch is taken apart here.
- `import sklearn` alone no longer loads sklearn.metrics.
- the test loader reads in this process, not in 7 others; the order is the same.
- the forward runs a few times, not 100.

torch.load is called with its default, weights_only=True, which our files need no exception from.

DLRM_SOURCE: a checkout of facebookresearch/dlrm. The packages must be built.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn.exceptions
import sklearn.metrics
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, os.environ["DLRM_SOURCE"])
with contextlib.redirect_stdout(sys.stderr):
    import dlrm_data_pytorch
    from dlrm_s_pytorch import DLRM_Net

METRICS = {
    "precision": lambda labels, scores: sklearn.metrics.precision_score(labels, np.round(scores)),
    "recall": lambda labels, scores: sklearn.metrics.recall_score(labels, np.round(scores)),
    "f1": lambda labels, scores: sklearn.metrics.f1_score(labels, np.round(scores)),
    "roc_auc": sklearn.metrics.roc_auc_score,
    "accuracy": lambda labels, scores: sklearn.metrics.accuracy_score(labels, np.round(scores)),
    "log_loss": sklearn.metrics.log_loss,
}


class SparseDLRM(DLRM_Net):
    """The features before the top MLP as a sparse COO matrix."""

    def forward(self, dense, offsets, indices):
        bottom = self.apply_mlp(dense, self.bot_l)
        rows = self.apply_emb(offsets, indices, self.emb_l, self.v_W_l)
        features = self.interact_features(bottom, rows).to_sparse_coo()
        first, *others = self.top_l
        hidden = torch.mm(features, first.weight.T).add(first.bias)
        for layer in others:
            hidden = layer(hidden)
        return hidden


# For models that predict no click, whose precision is 0.
warnings.filterwarnings("ignore", category=sklearn.exceptions.UndefinedMetricWarning)


def command(package, *arguments):
    program = ROOT / "packages" / package / "dist/cli.js"
    subprocess.run(["node", program, *map(str, arguments), "--quiet"], check=True, stdout=sys.stderr)


def run_our_commands(folder, rows):
    raw, processed = folder / "train.txt", folder / "kaggleAdDisplayChallenge_processed.npz"
    command("criteo-data", "synthesize", "--rows", rows, "--seed", 1, "--output", raw)
    command("criteo-data", "preprocess", "--raw-data-file", raw, "--processed-data-file", processed)
    model, metadata = folder / "criteo_model.ckpt", folder / "sparse_model_metadata.csv"
    # After few epochs over so few rows, hardly any score is above 0.5, and precision, recall and F1 are all 0.
    command("dlrm", "train", "--processed-data-file", processed, "--save-model", model, "--epochs", 10)
    command(
        "bench-disk", "--model-path", model, "--sparsified-model-dump-path", folder / "models", "--output", metadata,
        "--sparsity-levels", "0,0.5,0.9,0.97,1",
    )  # fmt: skip
    common = ["--raw-data-file", raw, "--processed-data-file", processed, "--sparse-model-metadata", metadata]
    command("bench-metrics", *common, "--output", folder / "sparse_model_metrics.csv")
    command(
        "bench-forward", *common, "--output", folder / "dlrm_forward_time_info.csv",
        "--runs", 2, "--sparsity-levels", "0,1",
    )  # fmt: skip


def test_data_loader(folder):
    data = dlrm_data_pytorch.CriteoDataset(
        "kaggle", -1, 0.0, "total", "test", str(folder / "train.txt"),
        str(folder / "kaggleAdDisplayChallenge_processed.npz"), False, False,
    )  # fmt: skip
    collate = dlrm_data_pytorch.collate_wrapper_criteo_offset
    return torch.utils.data.DataLoader(data, batch_size=16384, shuffle=False, collate_fn=collate)


def fetch_model(path, table_rows, sparse=False):
    with tempfile.TemporaryDirectory() as unzipped:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(unzipped)
        checkpoint = Path(unzipped) / Path(path).name.replace(".zip", ".ckpt")
        state = torch.load(checkpoint)
    model = (SparseDLRM if sparse else DLRM_Net)(
        m_spa=16,
        ln_emb=table_rows,
        ln_bot=np.array([13, 512, 256, 64, 16]),
        ln_top=np.array([367, 512, 256, 1]),
        arch_interaction_op="dot",
        sigmoid_bot=-1,
        sigmoid_top=2,
        loss_function="bce",
    )
    model.load_state_dict(state)
    return model.eval()


def evaluate(model, loader):
    scores, labels = [], []
    with torch.no_grad():
        for dense, offsets, indices, targets in loader:
            scores.append(model(dense, offsets, indices).numpy())
            labels.append(targets.numpy())
    scores, labels = np.concatenate(scores), np.concatenate(labels)
    return {name: round(float(metric(labels, scores)), 3) for name, metric in METRICS.items()}


def check_metrics(folder, loader, table_rows):
    metadata = pd.read_csv(folder / "sparse_model_metadata.csv")
    # Ours are relative to the folder.
    metadata["path"] = [str(folder / path) for path in metadata["path"]]
    ours = pd.read_csv(folder / "sparse_model_metrics.csv")
    keys = ["norm", "sparse_block_shape", "sparsity_level"]
    assert list(ours.columns[:9]) == [*keys, *METRICS], ours.columns
    assert ours[keys].equals(metadata[keys]), "the rows of the metrics are not those of the metadata"
    theirs = pd.DataFrame([evaluate(fetch_model(path, table_rows), loader) for path in metadata["path"]])
    # Three decimals each: if the last bits of two float32 sums are on different sides of a half, they differ by one.
    difference = (ours[list(METRICS)] - theirs).abs()
    assert (theirs["precision"] > 0).mean() > 0.5, "hardly any model predicts a click, so precision shows nothing"
    assert difference.max().max() < 0.0011, difference
    print(f"metrics of {len(ours)} models: {int((difference < 0.0005).sum().sum())} of {difference.size} values equal")
    assert (difference < 0.0005).mean().mean() > 0.99, difference
    return metadata


def check_forward(folder, loader, table_rows, metadata):
    ours = pd.read_csv(folder / "dlrm_forward_time_info.csv")
    # The type that only ours has; its rows come last.
    ours = ours[ours["dlrm_type"] != "sparse_tables"]
    columns = ["norm", "sparse_block_shape", "sparsity_level", "time_taken", "dlrm_type"]
    assert list(ours.columns[:5]) == columns, ours.columns
    dense, offsets, indices, _ = next(iter(loader))
    rows, times = metadata[metadata["sparsity_level"].isin([0, 1])], []
    for dlrm_type in ["with_torch_sparse", "without_torch_sparse"]:
        for _, row in rows.iterrows():
            model = fetch_model(row["path"], table_rows, sparse=dlrm_type == "with_torch_sparse")
            start = time.time()
            with torch.no_grad():
                model(dense, offsets, indices)
            point = {key: row[key] for key in columns[:3]}
            times.append({**point, "time_taken": time.time() - start, "dlrm_type": dlrm_type})
    theirs = pd.DataFrame(times)
    others = [name for name in columns if name != "time_taken"]
    assert ours[others].equals(theirs[others]), "the rows of the forward times are not the original's"
    assert (ours["time_taken"] > 0).all()
    print(f"forward times of {len(ours)} models and types: the same rows")


def main(rows):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_our_commands(folder, rows)
        with contextlib.redirect_stdout(sys.stderr):
            loader = test_data_loader(folder)
        table_rows = np.load(folder / "kaggleAdDisplayChallenge_processed.npz")["counts"]
        metadata = check_metrics(folder, loader, table_rows)
        check_forward(folder, loader, table_rows, metadata)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=14_000, help="rows to synthesise (default 14000)")
    main(parser.parse_args().rows)

"""Proves that bench-disk and bench-metrics give the original's sizes and metrics: runs its benchmark on a small model.

The loops of evaluate_disk_savings.py and evaluate_model_metrics.py (pytorch/pytorch,
torch/ao/pruning/_experimental/data_sparsifier/benchmarks) over the whole grid, through facebookresearch/dlrm's
DLRM_Net, collation and test split, PyTorch's DataNormSparsifier and scikit-learn. The architecture is Kaggle's
with narrower layers and smaller tables, so that the files are small. Weights and rows come from a seeded NumPy
generator, labels from the model's own probabilities, which makes its quality fall as its tables are pruned.

DLRM_SOURCE: a checkout of facebookresearch/dlrm.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
import sklearn.metrics
import torch
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier

sys.path.insert(0, os.environ["DLRM_SOURCE"])
with contextlib.redirect_stdout(sys.stderr):
    import dlrm_data_pytorch
    from dlrm_s_pytorch import DLRM_Net

PACKAGE_GOLDEN = Path(__file__).parents[2] / "packages/test-support/test/golden/original-run"

ROWS = 2807  # days of 401 rows, so that the halves of the last day differ by one
DIM = 8
TABLE_ROWS = [146, 58, 300, 220, 31, 24, 125, 63, 3, 93, 57, 280, 32, 27, 150, 250, 10, 57, 22, 4, 260, 18, 15, 140, 11, 142]
BOTTOM = [13, 24, DIM]
TOP = [DIM + 27 * 26 // 2, 32, 1]
# Each metric, and whether it takes the rounded scores.
METRICS = {
    "precision": (sklearn.metrics.precision_score, True),
    "recall": (sklearn.metrics.recall_score, True),
    "f1": (sklearn.metrics.f1_score, True),
    "roc_auc": (sklearn.metrics.roc_auc_score, False),
    "accuracy": (sklearn.metrics.accuracy_score, True),
    "log_loss": (sklearn.metrics.log_loss, False),
}
LEVELS = [i / 10 for i in range(10)] + [i / 100 for i in range(91, 100)] + [1.0]


def dlrm_net():
    return DLRM_Net(
        m_spa=DIM,
        ln_emb=np.array(TABLE_ROWS),
        ln_bot=np.array(BOTTOM),
        ln_top=np.array(TOP),
        arch_interaction_op="dot",
        sigmoid_bot=-1,
        sigmoid_top=len(TOP) - 2,
        loss_function="bce",
    )


def planted_weights(random):
    """A few large values in each table, so that the smallest can be pruned before the quality drops."""
    state = OrderedDict()
    for name, tensor in dlrm_net().state_dict().items():
        shape = tuple(tensor.shape)
        if name.startswith("emb_l."):
            values = random.laplace(0, 0.2, shape)
        elif name.endswith("weight"):
            values = random.normal(0, np.sqrt(2 / sum(shape)), shape)
        else:
            values = random.normal(0, np.sqrt(1 / shape[0]), shape)
        state[name] = torch.from_numpy(values.astype(np.float32))
    # The last bias gives about a third of positive labels.
    state["top_l.2.weight"] *= 3
    state["top_l.2.bias"][:] = -0.7
    return state


def rows_of(random):
    integers = np.where(random.random((ROWS, 13)) < 0.2, 0, random.lognormal(1, 1.2, (ROWS, 13)))
    categories = np.stack([np.floor(rows * random.random(ROWS) ** 2) for rows in TABLE_ROWS], axis=1)
    return integers.astype(np.int32), categories.astype(np.float64)


def probabilities(model, integers, categories):
    labels = np.zeros(len(integers), dtype=np.int32)
    batch = list(zip(integers, categories, labels))
    with torch.no_grad():
        dense, offsets, indices, _ = dlrm_data_pytorch.collate_wrapper_criteo_offset(batch)
        return model(dense, offsets, indices).numpy().reshape(-1)


def write_data(folder, model, random):
    integers, categories = rows_of(random)
    chances = probabilities(model, integers, categories)
    labels = (random.random(ROWS) < chances).astype(np.int32)
    np.savez_compressed(
        folder / "kaggleAdDisplayChallenge_processed.npz",
        X_cat=categories,
        X_int=integers,
        y=labels,
        counts=np.array(TABLE_ROWS, dtype=np.int32),
    )
    days = [ROWS // 7 + (day < ROWS % 7) for day in range(7)]
    np.savez(folder / "train_day_count.npz", total_per_file=np.array(days))


def write_checkpoint(path, state):
    """A dict like that of dlrm_s_pytorch.py, with the NumPy scalars that torch.load's default refuses."""
    torch.save(
        {
            "nepochs": 1,
            "nbatches": 19,
            "nbatches_test": 1,
            "state_dict": state,
            "test_acc": np.float64(0.75),
            "epoch": 0,
            "iter": 19,
            "train_loss": np.float32(0.5),
            "total_loss": 9.5,
            "opt_state_dict": {"state": {}, "param_groups": [{"lr": 0.1}]},
        },
        path,
    )


def grid():
    for norm in ["L1", "L2"]:
        for shape in [(1, 1), (1, 4)]:
            if (norm, shape) != ("L2", (1, 1)):
                yield from ((norm, shape, level) for level in LEVELS)


def sparsified(state, norm, shape, level):
    model = dlrm_net()
    model.load_state_dict(state)
    sparsifier = DataNormSparsifier(sparsity_level=level, sparse_block_shape=shape, norm=norm)
    for name, parameter in model.named_parameters():
        if "emb_l" in name:
            sparsifier.add_data(name=name.replace(".", "_"), data=parameter)
    sparsifier.step()
    sparsifier.squash_mask()
    return model


def zip_size(model, norm, level):
    with tempfile.TemporaryDirectory() as folder:
        name = f"criteo_model_norm={norm}_sl={level}.ckpt"
        checkpoint, archive = Path(folder) / name, Path(folder) / "model.zip"
        torch.save(model.state_dict(), checkpoint)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.write(checkpoint, name)
        return archive.stat().st_size


def quality(model, loader):
    scores, targets = [], []
    with torch.no_grad():
        for dense, offsets, indices, labels in loader:
            scores.append(model(dense, offsets, indices).numpy())
            targets.append(labels.numpy())
    scores, targets = np.concatenate(scores), np.concatenate(targets)
    predictions = np.round(scores)
    return {name: metric(targets, predictions if rounds else scores) for name, (metric, rounds) in METRICS.items()}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    random = np.random.Generator(np.random.PCG64(20240607))
    state = planted_weights(random)
    model = dlrm_net()
    model.load_state_dict(state)
    write_data(folder, model, random)
    write_checkpoint(folder / "criteo_model.ckpt", state)

    data = dlrm_data_pytorch.CriteoDataset(
        "kaggle", -1, 0.0, "total", "test", str(folder / "train.txt"),
        str(folder / "kaggleAdDisplayChallenge_processed.npz"), False, False,
    )  # fmt: skip
    loader = torch.utils.data.DataLoader(
        data, batch_size=16384, collate_fn=dlrm_data_pytorch.collate_wrapper_criteo_offset
    )
    sizes, metrics = [], []
    for norm, shape, level in grid():
        model = sparsified(state, norm, shape, level)
        point = {"norm": norm, "sparse_block_shape": shape, "sparsity_level": level}
        sizes.append({**point, "bytes": zip_size(model, norm, level)})
        metrics.append({**point, **quality(model, loader)})
    pd.DataFrame(sizes).to_csv(folder / "sizes.csv", index=False)
    # Python's round, as in the script; those of pandas and NumPy multiply first and differ near a half.
    # Six decimals are the same on every machine; the last bits of a float32 matrix product are not.
    for name, decimals in [("sparse_model_metrics.csv", 3), ("six_decimals.csv", 6)]:
        rounded = [{**row, **{key: round(row[key], decimals) for key in METRICS}} for row in metrics]
        pd.DataFrame(rounded).to_csv(folder / name, index=False)
    versions = {"torch": torch.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__}
    (folder / "versions.json").write_text(json.dumps({"versions": versions}, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=PACKAGE_GOLDEN)
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):
        main(parser.parse_args().output)

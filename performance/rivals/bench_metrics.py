"""The loop of evaluate_model_metrics.py: unzip, make a DLRM_Net (as its fetch_model does), load, run the test set in batches of 16384, scikit-learn's metrics."""

import os
import tempfile
import zipfile

import numpy as np
import sklearn.metrics
import torch

from rival import serve, settings

given = settings()
from model import kaggle_model  # noqa: E402

import dlrm_data_pytorch as criteo  # noqa: E402

torch.set_num_threads(given["threads"])
data = criteo.CriteoDataset(
    "kaggle", -1, 0.0, "total", "test", given["rawDataFile"], given["processedDataFile"], False, False
)
loader = torch.utils.data.DataLoader(
    data, batch_size=16384, shuffle=False, num_workers=0, collate_fn=criteo.collate_wrapper_criteo_offset
)
table_rows = [int(rows) for rows in data.counts]


def benchmark() -> None:
    for path in given["models"]:
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            checkpoint = os.path.join(folder, os.listdir(folder)[0])
            model = kaggle_model(table_rows)
            model.load_state_dict(torch.load(checkpoint, weights_only=False))
        scores, targets = [], []
        with torch.no_grad():
            for dense, offsets, indices, labels in loader:
                scores.append(model(dense, offsets, indices).numpy())
                targets.append(labels.numpy())
        scores = np.concatenate(scores, axis=0)
        targets = np.concatenate(targets, axis=0)
        predictions = np.round(scores)
        sklearn.metrics.precision_score(targets, predictions)
        sklearn.metrics.recall_score(targets, predictions)
        sklearn.metrics.f1_score(targets, predictions)
        sklearn.metrics.roc_auc_score(targets, scores)
        sklearn.metrics.accuracy_score(targets, predictions)
        sklearn.metrics.log_loss(targets, scores)


serve(benchmark)

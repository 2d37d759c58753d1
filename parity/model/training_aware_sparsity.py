"""Proves that sparsifyEveryEpoch prunes like PyTorch's lightning callback TrainingAwareDataSparsity.

pytorch_lightning trains the small model of dlrm.py (`small.npz` has its initial parameters and its ten batches)
with SGD for some epochs, with one callback for each case: a configuration of the norm sparsifier and a schedule of
its level. Writes `cases.json` (configurations and the level of each epoch) and `epochs.npz`: for each case the masks
after each epoch, `masks.CASE` (epochs, values of all tables), and the callback's model after training,
`sparsified.CASE`; and `trained.NAME`, the parameters of the trained model itself, which no mask may have touched.

The callback prunes every parameter of the module's `model`. Here that is DLRM_Net's embedding tables: it fails on a
parameter of one value, as the last bias of DLRM_Net is. Needs facebookresearch/dlrm: see dlrm.py.
"""

import logging
import warnings
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from dlrm import forward, net_and_output, parameters_of, small_training, versions, write_json
from torch.ao.pruning._experimental.data_scheduler import BaseDataScheduler
from torch.ao.pruning._experimental.data_sparsifier import DataNormSparsifier
from torch.ao.pruning._experimental.data_sparsifier.lightning.callbacks.data_sparsity import TrainingAwareDataSparsity
from torch.utils.data import DataLoader

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/dlrm/test/golden/training-aware-sparsity"
EPOCHS = 6
# Levels that end above 1, a factor whose powers differ from repeated multiplication, and a falling level.
CASES = {
    "rising": {
        "sparsifier": {"sparsity_level": 0.1, "sparse_block_shape": (1, 4), "norm": "L1"},
        "schedule": {"gamma": 1.7, "step_size": 1},
    },
    "two-of-six": {
        "sparsifier": {"sparsity_level": 0.3, "sparse_block_shape": (2, 3), "zeros_per_block": 2, "norm": "L2"},
        "schedule": {"gamma": 1.4, "step_size": 2},
    },
    "falling": {
        "sparsifier": {"sparsity_level": 0.8, "sparse_block_shape": (1, 1), "norm": "L2"},
        "schedule": {"gamma": 0.7, "step_size": 3},
    },
}


class StepLevel(BaseDataScheduler):
    """Multiplies the level by `gamma` every `step_size` epochs, as the scheduler that PyTorch tests the callback with
    (StepSLScheduler in torch/ao/pruning/_experimental/data_sparsifier/lightning/tests/test_callbacks.py)."""

    def __init__(self, data_sparsifier, gamma: float, step_size: int):
        self.gamma = gamma
        self.step_size = step_size
        super().__init__(data_sparsifier, "sparsity_level")

    def get_schedule_param(self):
        multiply = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return {
            name: config["sparsity_level"] * (self.gamma if multiply else 1)
            for name, config in self.data_sparsifier.data_groups.items()
        }


class Training(pl.LightningModule):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.model = net.emb_l

    def training_step(self, batch):
        return forward(self.net, batch)[1]

    def configure_optimizers(self):
        return torch.optim.SGD(self.net.parameters(), lr=0.1)


class Record(pl.Callback):
    """Wraps a case's callback and records the level and the masks of each epoch."""

    def __init__(self, callback):
        self.callback = callback
        self.levels = []
        self.masks = []

    def on_train_epoch_start(self, trainer, pl_module):
        levels = {config["sparsity_level"] for config in self.callback.data_sparsifier.data_groups.values()}
        (level,) = levels
        self.levels.append(level)

    def on_train_epoch_end(self, trainer, pl_module):
        sparsifier = self.callback.data_sparsifier
        masks = [sparsifier.get_mask(name).numpy().ravel() for name in sparsifier.data_groups]
        self.masks.append(np.concatenate(masks).astype(np.uint8))


def main() -> None:
    make_net, output = net_and_output(__doc__, DEFAULT_OUTPUT)
    warnings.simplefilter("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)

    net, batches = small_training(make_net)
    callbacks = {
        case: TrainingAwareDataSparsity(DataNormSparsifier, config["sparsifier"], StepLevel, config["schedule"])
        for case, config in CASES.items()
    }
    records = {case: Record(callback) for case, callback in callbacks.items()}
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = pl.Trainer(
        max_epochs=EPOCHS,
        accelerator="cpu",
        enable_checkpointing=False,
        callbacks=[*callbacks.values(), *records.values()],
        **quiet,
    )
    trainer.fit(Training(net), DataLoader(batches, batch_size=None, collate_fn=lambda batch: batch))

    arrays = {f"trained.{name}": value for name, value in parameters_of(net).items()}
    tables = concatenated(net.emb_l)
    if (tables == 0).any():
        raise SystemExit("a trained value is 0, so it could not be told from pruned values")
    cases = {}
    for case, config in CASES.items():
        masks = np.stack(records[case].masks)
        sparsified = concatenated(callbacks[case].sparsified)
        if not np.array_equal(sparsified, tables * masks[-1]):
            raise SystemExit(f"{case}: the callback's model is not the trained one under its last mask")
        arrays[f"masks.{case}"] = masks
        arrays[f"sparsified.{case}"] = sparsified
        cases[case] = config | {"levels": records[case].levels}
    np.savez_compressed(output / "epochs.npz", **arrays)
    content = {"versions": versions() | {"pytorch_lightning": pl.__version__}, "epochs": EPOCHS, "cases": cases}
    write_json(output / "cases.json", content)


def concatenated(tables) -> np.ndarray:
    return np.concatenate([table.weight.detach().numpy().ravel() for table in tables])


if __name__ == "__main__":
    main()

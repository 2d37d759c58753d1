"""Serves the rows of `compress-tables --format fbgemm` by fbgemm_gpu; compressed_fbgemm.py runs it and compares.

Runs in an environment of its own, because fbgemm-gpu-cpu 1.9.0 needs PyTorch 2.14. Takes an npz with the tensors of the
file and `ids` (lookups, tables), and writes the rows, (lookups, tables, dim).
"""

import sys

import numpy as np
import torch
from fbgemm_gpu.split_embedding_configs import SparseType
from fbgemm_gpu.split_table_batched_embeddings_ops_common import EmbeddingLocation
from fbgemm_gpu.split_table_batched_embeddings_ops_inference import IntNBitTableBatchedEmbeddingBagsCodegen

KINDS = {"2bit": SparseType.INT2, "4bit": SparseType.INT4, "byte": SparseType.INT8, "float": SparseType.FP32}


def parts(rows: np.ndarray, kind: str) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Codes, and scale and minimum as float16: what the module keeps before the codes of a row."""
    if kind == "float":
        return torch.from_numpy(rows.view(np.uint8)), None
    if kind != "byte":
        return torch.from_numpy(rows[:, :-4].copy()), torch.from_numpy(rows[:, -4:].copy())
    # PyTorch's byte rows have them as float32, which are float16 values.
    halves = rows[:, -8:].copy().view(np.float32).astype(np.float16)
    return torch.from_numpy(rows[:, :-8].copy()), torch.from_numpy(halves.view(np.uint8))


def main() -> None:
    tensors, output = np.load(sys.argv[1]), sys.argv[2]
    ids, dim = tensors["ids"], int(tensors["dim"])
    specs, weights, remappings, tables = [], [], [], []
    for table in range(ids.shape[1]):
        for kind, sparse_type in KINDS.items():
            name = f"emb_l.{table}.weight.fbgemm.{kind}"
            if name not in tensors:
                continue
            rows = tensors[name]
            specs.append(("", len(rows), dim, sparse_type, EmbeddingLocation.HOST))
            weights.append(parts(rows, kind))
            remappings.append(torch.from_numpy(tensors[f"{name}.remapping"]))
            tables.append(table)
    module = IntNBitTableBatchedEmbeddingBagsCodegen(
        specs,
        index_remapping=remappings,
        weight_lists=weights,
        output_dtype=SparseType.FP32,
        device="cpu",
    )
    indices = torch.from_numpy(ids.T[tables].reshape(-1).copy())
    # One lookup in each bag.
    served = module(indices, torch.arange(len(indices) + 1, dtype=torch.int32)).numpy()
    total = np.zeros((len(ids), ids.shape[1], dim), np.float32)
    for place, table in enumerate(tables):
        total[:, table] += served[:, place * dim : (place + 1) * dim]
    np.save(output, total)
    print(f"fbgemm_gpu with PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()

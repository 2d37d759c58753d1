"""Other people's ways to compress the embedding tables of a trained model, one for each line that is read.

Each writes the model with the tables that it would serve, as floats, and what they take: codes, scales, codebooks, and
what finds a row. Which ways depends on the Python: FBGEMM's rows need fbgemm_gpu, which needs an older PyTorch.
"""

import json
import time
from pathlib import Path

import numpy as np
import torch

from rival import serve, settings

given = settings()
torch.set_num_threads(given["threads"])
state = torch.load(given["modelPath"], weights_only=True)
state = state.get("state_dict", state)
names = [name for name in state if name.startswith("emb_l.")]
tables = [state[name].float().numpy() for name in names]
dim = tables[0].shape[1]
# How often each row is looked up by a training row.
accesses = np.split(np.fromfile(given["accesses"]), np.cumsum([len(table) for table in tables])[:-1])


def smallest(scores: list[np.ndarray], level: float) -> list[np.ndarray]:
    """What lies among the smallest of all scores of all tables, a share `level` of them."""
    flat = np.concatenate([score.ravel() for score in scores])
    count = round(level * len(flat))
    threshold = np.partition(flat, count - 1)[count - 1]
    return [score <= threshold for score in scores]


def sparse_bytes(pruned: list[np.ndarray]) -> float:
    """Kept values in float32, a bit for each row, and one for each value of a row that keeps any, with ranks."""
    total = 0.0
    for own in pruned:
        rows = (~own).any(axis=1).sum()
        total += len(own) / 8 * 1.5 + rows * dim / 8 * 1.25 + 4 * (~own).sum()
    return total


def remapping_bytes(kept: list[np.ndarray]) -> float:
    """FBGEMM's index remapping: an int32 for each row, or its hash table, two int32 at a load of a half; the smaller."""
    return sum(0 if own.all() else min(4 * len(own), 16 * own.sum()) for own in kept)


def magnitude():
    """MagPrune (2406.17335): the smallest values of all tables become 0."""
    for level in (0.9, 0.95, 0.98, 0.99, 0.995):
        pruned = smallest([np.abs(table) for table in tables], level)
        values = [np.where(own, 0, table) for own, table in zip(pruned, tables)]
        yield f"global magnitude (MagPrune), level {level}", sparse_bytes(pruned), values, "none"


def codebook():
    """Shaver's codebook (2411.13052): pruned values read as the mean of their table's column, weighted by lookups."""
    means = [np.average(table, axis=0, weights=own + 1e-9) for table, own in zip(tables, accesses)]
    scores = [own[:, None] * (table - mean) ** 2 for table, own, mean in zip(tables, accesses, means)]
    for level in (0.9, 0.95, 0.98, 0.99, 0.995):
        pruned = smallest(scores, level)
        values = [np.where(own, mean, table) for own, mean, table in zip(pruned, means, tables)]
        size = sparse_bytes(pruned) + 4 * dim * len(tables)
        yield f"means of columns for pruned values (Shaver's codebook), level {level}", size, values, "lookups"


def per_table_int4():
    """DQRM's post-training quantisation (2410.20046): symmetric, one scale a table."""
    values = []
    for table in tables:
        scale = max(np.abs(table).max() / 7, 1e-12)
        values.append(np.clip(np.round(table / scale), -8, 7) * scale)
    yield "int4, a scale a table (DQRM)", sum(table.size / 2 + 4 for table in tables), values, "none"


def greedy_int4():
    """PyTorch's search for the range of a row."""
    values = []
    for table in tables:
        packed = torch.ops.quantized.embedding_bag_4bit_prepack(torch.from_numpy(table), optimized_qparams=True)
        values.append(torch.ops.quantized.embedding_bag_4bit_unpack(packed).numpy())
    yield "int4 rows, greedy range (PyTorch)", sum(len(table) for table in tables) * (dim / 2 + 4), values, "none"


def product_quantisation():
    """FAISS: codebooks of 256 for each table, whose rows stay in float32 where that is smaller."""
    import faiss

    faiss.omp_set_num_threads(given["threads"])
    for bytes_per_row in (2, 4, 8):
        size, values = 0, []
        for table in tables:
            if len(table) * bytes_per_row + 4 * 256 * dim >= table.nbytes:
                size += table.nbytes
                values.append(table)
                continue
            quantiser = faiss.ProductQuantizer(dim, bytes_per_row, 8)
            quantiser.train(table)
            values.append(quantiser.decode(quantiser.compute_codes(table)))
            size += len(table) * bytes_per_row + 4 * 256 * dim
        yield f"product quantisation, {bytes_per_row} bytes a row (FAISS)", size, values, "none"


def fbgemm_rows():
    """Rows of 8, 4 or 2 bits with a float16 scale and minimum; pruned ones are left out by an index remapping."""
    from fbgemm_gpu.split_embedding_configs import SparseType
    from fbgemm_gpu.tbe.utils.quantize import dequantize_embs, quantize_embs

    scores = [own * (table.astype(np.float64) ** 2).sum(axis=1) for table, own in zip(tables, accesses)]
    for bits in (8, 4, 2):
        kind = getattr(SparseType, f"INT{bits}")
        values = []
        for table in tables:
            codes, scales = quantize_embs(torch.from_numpy(table), kind)
            values.append(dequantize_embs(codes, scales, kind, True).numpy())
        row_bytes = dim * bits / 8 + 4
        label = f"int{bits} rows (FBGEMM)"
        yield label, sum(len(table) for table in tables) * row_bytes, values, "none"
        for level in (0.8, 0.95, 0.98, 0.99):
            kept = [~own for own in smallest(scores, level)]
            size = sum(own.sum() for own in kept) * row_bytes + remapping_bytes(kept)
            pruned = [np.where(own[:, None], table, 0) for own, table in zip(kept, values)]
            yield f"{label}, {level} of them pruned by lookups x norm^2, remapped", size, pruned, "lookups"


def compressions():
    ways = {
        "fbgemm": [fbgemm_rows],
        "others": [magnitude, codebook, per_table_int4, greedy_int4, product_quantisation],
    }
    for way in ways[given["ways"]]:
        yield from way()


upcoming = compressions()


def compress_next() -> None:
    start = time.perf_counter()
    found = next(upcoming, None)
    answer = {}
    if found is not None:
        label, size, values, needs = found
        answer = {"label": label, "bytes": float(size), "needs": needs, "seconds": time.perf_counter() - start}
        dense = {name: torch.from_numpy(own.astype(np.float32)) for name, own in zip(names, values)}
        torch.save({**state, **dense}, given["output"])
    Path(f"{given['output']}.json").write_text(json.dumps(answer))


serve(compress_next)

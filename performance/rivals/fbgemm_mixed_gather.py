"""The lookups of a batch in FBGEMM's int8 rows; pruned rows are skipped by an int32 index remapping.

Two ways to the same kernel: PyTorch's embedding bag, one call a table, and FBGEMM's module for all tables at once.
"""

import numpy
import torch

from rival import serve, settings

given = settings()
torch.set_num_threads(given["threads"])
generator = torch.Generator().manual_seed(1)
batch = given["batchSize"]
ids = torch.from_numpy(numpy.fromfile(given["ids"], dtype=numpy.int32).reshape(-1, batch))
stored = numpy.fromfile(given["stored"], dtype=numpy.uint8)
mappings, weights, start = [], [], 0
for rows in given["rows"]:
    kept = torch.from_numpy(stored[start : start + rows].astype(bool))
    start += rows
    mappings.append(torch.where(kept, torch.cumsum(kept, 0) - 1, -1).to(torch.int32))
    weights.append(torch.rand(max(1, int(kept.sum())), 16, generator=generator))

if given["through"] == "PyTorch":
    packed = [torch.ops.quantized.embedding_bag_byte_prepack(weight) for weight in weights]
    offsets = torch.arange(batch, dtype=torch.int32)

    def gather() -> None:
        for table, column, mapping in zip(packed, ids, mappings):
            torch.ops.quantized.embedding_bag_byte_rowwise_offsets(
                table, column, offsets, False, 0, True, None, mapping, False
            )
else:
    from fbgemm_gpu.split_embedding_configs import SparseType
    from fbgemm_gpu.split_table_batched_embeddings_ops_common import EmbeddingLocation
    from fbgemm_gpu.split_table_batched_embeddings_ops_inference import IntNBitTableBatchedEmbeddingBagsCodegen

    module = IntNBitTableBatchedEmbeddingBagsCodegen(
        [("", len(weight), 16, SparseType.INT8, EmbeddingLocation.HOST) for weight in weights],
        index_remapping=mappings,
        output_dtype=SparseType.FP32,
        device="cpu",
    )
    module.fill_random_weights()
    indices = ids.reshape(-1)
    offsets = torch.arange(len(indices) + 1, dtype=torch.int32)

    def gather() -> None:
        module(indices, offsets)


serve(gather)

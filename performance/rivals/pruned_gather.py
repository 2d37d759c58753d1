"""The lookups of a batch in PyTorch's int8 rows; rows of zeros are skipped by an index remap."""

import torch

from rival import serve, settings

given = settings()
torch.set_num_threads(given["threads"])
generator = torch.Generator().manual_seed(1)
block = given["blockWidth"]
tables = []
for rows in given["rows"]:
    kept = torch.rand(rows, 16 // block, generator=generator) >= given["level"]
    weight = torch.rand(rows, 16, generator=generator) * kept.repeat_interleave(block, 1)
    stored = kept.any(1)
    mapping = torch.where(stored, torch.cumsum(stored, 0) - 1, -1).to(torch.int32)
    packed = torch.ops.quantized.embedding_bag_byte_prepack(weight[stored])
    ids = torch.randint(0, rows, (given["batchSize"],), generator=generator, dtype=torch.int32)
    tables.append((packed, ids, mapping))
offsets = torch.arange(given["batchSize"], dtype=torch.int32)


def gather() -> None:
    for packed, ids, mapping in tables:
        torch.ops.quantized.embedding_bag_byte_rowwise_offsets(
            packed, ids, offsets, False, 0, True, None, mapping, False
        )


serve(gather)

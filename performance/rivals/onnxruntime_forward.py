"""Python's onnxruntime on a model that `dlrm export` wrote, with random ids."""

import numpy as np
import onnxruntime

from rival import serve, settings

given = settings()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = given["threads"]
session = onnxruntime.InferenceSession(given["model"], options, providers=["CPUExecutionProvider"])
generator = np.random.default_rng(1)
size = given["batchSize"]
dense = np.log(generator.integers(0, 1000, (size, 13)) + 1).astype(np.float32)
ids = np.stack([generator.integers(0, rows, size) for rows in given["rows"]], axis=1).astype(np.int32)
feeds = {"dense": dense, "ids": ids}


def forward() -> None:
    session.run(None, feeds)


serve(forward, repeats=given["repeats"])

"""The matrix products of the Kaggle model's two MLPs and nothing else: no lookups, interaction, bias or activation.

One library for each process: PyTorch's MKL or oneDNN, NumPy's OpenBLAS, or onnxruntime with its products in one graph.
"""

import numpy as np
import torch

from rival import serve, settings

given = settings()
torch.set_num_threads(given["threads"])
generator = np.random.default_rng(1)
layers = [
    (
        generator.standard_normal((given["batchSize"], inputs), dtype=np.float32),
        generator.standard_normal((inputs, outputs), dtype=np.float32),
    )
    for inputs, outputs in given["layers"]
]


def with_torch(multiply):
    """The products by a function of PyTorch; outputs are allocated once, as a good engine does."""
    inputs = [torch.from_numpy(values) for values, _ in layers]
    weights = [torch.from_numpy(values) for _, values in layers]
    return multiply(inputs, weights)


def mkl(inputs, weights):
    outputs = [torch.empty(len(x), w.shape[1]) for x, w in zip(inputs, weights)]

    def work() -> None:
        for x, w, out in zip(inputs, weights, outputs):
            torch.mm(x, w, out=out)

    return work


def onednn(inputs, weights):
    # As torch.compile calls it for frozen weights: each is packed once, for this batch size.
    packed = [
        torch.ops.mkldnn._reorder_linear_weight(w.T.contiguous(), len(x))
        for x, w in zip(inputs, weights)
    ]

    def work() -> None:
        with torch.no_grad():
            for x, w in zip(inputs, packed):
                torch.ops.mkldnn._linear_pointwise(x, w, None, "none", [], "")

    return work


def openblas():
    outputs = [np.empty((len(x), w.shape[1]), np.float32) for x, w in layers]

    def work() -> None:
        for (x, w), out in zip(layers, outputs):
            np.matmul(x, w, out=out)

    return work


def onnxruntime_products():
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMul", [f"x{i}", f"w{i}"], [f"y{i}"]) for i in range(len(layers))],
        "products",
        [helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, x.shape) for i, (x, _) in enumerate(layers)],
        [
            helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, (len(x), w.shape[1]))
            for i, (x, w) in enumerate(layers)
        ],
        # Initializers are packed once.
        [numpy_helper.from_array(w, f"w{i}") for i, (_, w) in enumerate(layers)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = given["threads"]
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    binding = session.io_binding()
    for i, (x, w) in enumerate(layers):
        binding.bind_cpu_input(f"x{i}", x)
        binding.bind_ortvalue_output(
            f"y{i}", onnxruntime.OrtValue.ortvalue_from_shape_and_type((len(x), w.shape[1]), np.float32)
        )
    return lambda: session.run_with_iobinding(binding)


serve(
    {
        "MKL": lambda: with_torch(mkl),
        "oneDNN": lambda: with_torch(onednn),
        "OpenBLAS": openblas,
        "onnxruntime": onnxruntime_products,
    }[given["library"]]()
)

"""Proves that training with Adagrad computes what facebookresearch/dlrm's --optimizer=rwsadagrad does.

Trains the small model of dlrm.py (`small.npz` has its initial parameters and its ten batches) for ten steps with the original's
RWSAdagrad, at TorchRec's epsilon of 1e-8: one accumulator for each row of a table, one for each value of a layer. Writes
`steps.npz`: the losses, and `final.NAME` and `sum.NAME`, each parameter and its accumulator after the steps. Where fbgemm_gpu
is installed, FBGEMM's own EXACT_ROWWISE_ADAGRAD, which TorchRec trains with, goes through the same gradients of the tables and
must end with the same rows and accumulators. Needs facebookresearch/dlrm: see dlrm.py.
"""

import importlib.util
from pathlib import Path

import numpy as np
import torch
from dlrm import net_and_output, parameters_of, small_training, step, versions, write_json

DEFAULT_OUTPUT = Path(__file__).parents[2] / "packages/dlrm/test/golden/adagrad"
RATE, EPSILON = 0.01, 1e-8


def main() -> None:
    make_net, output = net_and_output(__doc__, DEFAULT_OUTPUT)
    net, batches = small_training(make_net)
    from optim.rwsadagrad import RWSAdagrad

    optimizer = RWSAdagrad(net.parameters(), lr=RATE, eps=EPSILON)
    initial = [table.weight.detach().clone() for table in net.emb_l]
    losses, gradients = [], []
    for batch in batches:
        losses.append(step(net, optimizer, batch)[1])
        gradients.append([(t.weight.grad._indices()[0].clone(), t.weight.grad._values().clone()) for t in net.emb_l])
        optimizer.step()
    arrays = {"losses": np.array(losses)} | {f"final.{name}": value for name, value in parameters_of(net).items()}
    for name, parameter in net.named_parameters():
        state = optimizer.state[parameter]
        arrays[f"sum.{name}"] = state["momentum" if "momentum" in state else "sum"].numpy()
    if importlib.util.find_spec("fbgemm_gpu"):
        compare_fbgemm(initial, gradients, arrays)
    np.savez_compressed(output / "steps.npz", **arrays)
    write_json(output / "versions.json", {"versions": versions()})


def compare_fbgemm(initial: list[torch.Tensor], gradients: list, arrays: dict[str, np.ndarray]) -> None:
    import fbgemm_gpu.split_table_batched_embeddings_ops_training as fbgemm
    from fbgemm_gpu.split_embedding_configs import EmbOptimType

    place = (fbgemm.EmbeddingLocation.HOST, fbgemm.ComputeDevice.CPU)
    largest = 0.0
    for table, weight in enumerate(initial):
        bags = fbgemm.SplitTableBatchedEmbeddingBagsCodegen(
            [(*weight.shape, *place)],
            optimizer=EmbOptimType.EXACT_ROWWISE_ADAGRAD,
            learning_rate=RATE,
            eps=EPSILON,
        )
        bags.split_embedding_weights()[0].data.copy_(weight)
        for of_step in gradients:
            ids, values = of_step[table]
            bags(ids, torch.arange(len(ids) + 1)).backward(values)
        found = (bags.split_embedding_weights()[0], bags.split_optimizer_states()[0][0])
        for tensor, kind in zip(found, ("final", "sum")):
            expected = arrays[f"{kind}.emb_l.{table}.weight"]
            largest = max(largest, float(np.abs(tensor.detach().numpy() - expected).max()))
    assert largest <= 1e-6, f"FBGEMM's rows differ by up to {largest}"
    print(f"FBGEMM ends with the same rows and accumulators, up to {largest:.1g}")


if __name__ == "__main__":
    main()

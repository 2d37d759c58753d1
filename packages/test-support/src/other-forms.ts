import type { StateDict, Tensor } from '@ds/tensor-files';

/**
 * A plain DLRM's state dict under the names of TorchRec's DLRM, whose first top layer takes the products of pairs in the order
 * of the upper triangle instead of the lower one. Tables come in the order of a sorted file, `t_cat_10` before `t_cat_2`.
 */
export function asTorchRec(state: StateDict): StateDict {
  const topLayers = Object.keys(state).filter((name) => /^top_l\.\d+\.weight$/.test(name)).length;
  const vectors = Object.keys(state).filter((name) => name.startsWith('emb_l.')).length + 1;
  const renamed = Object.entries(state).map(([name, tensor]): [string, Tensor] => {
    const [part, number, field] = name.split('.') as [string, string, string];
    if (part === 'emb_l') {
      return [`sparse_arch.embedding_bag_collection.embedding_bags.t_cat_${number}.${field}`, tensor];
    }
    const layer = Number(number) / 2;
    if (part === 'bot_l') return [`dense_arch.model._mlp.${layer}._linear.${field}`, tensor];
    if (layer === topLayers - 1) return [`over_arch.model.1.${field}`, tensor];
    const isFirst = name === 'top_l.0.weight';
    return [
      `over_arch.model.0._mlp.${layer}._linear.${field}`,
      isFirst ? withUpperTriangle(tensor, vectors) : tensor,
    ];
  });
  return Object.fromEntries(renamed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withUpperTriangle({ data, shape }: Tensor, vectors: number): Tensor {
  const [outputs, inputs] = shape as [number, number];
  const before = inputs - (vectors * (vectors - 1)) / 2;
  const upper = data.slice();
  for (let output = 0; output < outputs; output++) {
    let to = output * inputs + before;
    for (let first = 0; first < vectors; first++) {
      for (let second = first + 1; second < vectors; second++) {
        upper[to++] = data[output * inputs + before + (second * (second - 1)) / 2 + first]!;
      }
    }
  }
  return { data: upper, shape };
}

/** A state dict whose first table is one of `--qr-flag` with `--qr-operation=mult` and 4 collisions. */
export function withQuotientRemainder(state: StateDict): StateDict {
  const { 'emb_l.0.weight': table, ...others } = state;
  const [rows, dim] = table!.shape as [number, number];
  const quotients = Math.ceil(rows / 4);
  const ones = { data: new Float32Array(4 * dim).fill(1), shape: [4, dim] };
  return {
    'emb_l.0.weight_q': { data: table!.data.slice(0, quotients * dim), shape: [quotients, dim] },
    'emb_l.0.weight_r': ones,
    ...others,
  };
}

import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { Tensor } from '@ds/tensor-files';
import { pairPlaces } from '../../network/pair-products.js';
import { tableName } from './config.js';

const tablePattern = /^sparse_arch\.embedding_bag_collection\.embedding_bags\.(.+)\.weight$/;
const bottomPattern = /^dense_arch\.model\._mlp\.(\d+)\._linear\.(weight|bias)$/;
const topPattern = /^over_arch\.model\.0\._mlp\.(\d+)\._linear\.(weight|bias)$/;
const lastPattern = /^over_arch\.model\.1\.(weight|bias)$/;

/**
 * The state dict of TorchRec's `DLRM` (`torchrec/models/dlrm.py`) by the names of facebookresearch/dlrm: the same network,
 * but that TorchRec has the products of pairs in another order, so the first top layer's columns are moved. Tables are in
 * the order of the numbers that their names end with (`t_cat_0`, `t_cat_1` ...), since not every file keeps an order. Any
 * other state dict stays as it is.
 *
 * @throws Error naming the table whose name ends with no number
 */
export function fromTorchRec<Value extends Tensor | EmbeddingTable>(
  state: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const names = Object.keys(state);
  const tables = names.filter((name) => tablePattern.test(name));
  if (tables.length === 0) return { ...state };
  const numberOf = (name: string) => {
    const number = /(\d+)$/.exec(tablePattern.exec(name)![1]!);
    if (!number) {
      throw new Error(`${name}: expected a table whose name ends with its number, as t_cat_0, found none`);
    }
    return Number(number[1]);
  };
  const ordered = [...tables].sort((a, b) => numberOf(a) - numberOf(b));
  const topLayers = names.filter((name) => topPattern.test(name) && name.endsWith('weight')).length;
  const plainName = (name: string) => {
    const layer = (prefix: string, number: number, field: string) => `${prefix}.${2 * number}.${field}`;
    const [bottom, top, last] = [bottomPattern.exec(name), topPattern.exec(name), lastPattern.exec(name)];
    if (bottom) return layer('bot_l', Number(bottom[1]), bottom[2]!);
    if (top) return layer('top_l', Number(top[1]), top[2]!);
    return last ? layer('top_l', topLayers, last[1]!) : name;
  };
  const plain: Record<string, Value> = {};
  ordered.forEach((name, table) => (plain[tableName(table)] = state[name]!));
  for (const name of names) if (!tablePattern.test(name)) plain[plainName(name)] = state[name]!;
  const first = plain['top_l.0.weight'];
  if (first && 'data' in first) {
    plain['top_l.0.weight'] = withLowerTriangle(first, tables.length + 1) as Value;
  }
  return plain;
}

/**
 * The first top layer's weight with its columns in the order of the lower triangle, (1,0), (2,0), (2,1) ..., where
 * TorchRec's `InteractionArch` has the upper one, (0,1), (0,2) ... (1,2) ...; in both behind those of the bottom MLP.
 */
function withLowerTriangle(weight: Tensor, vectors: number): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const pairs = (vectors * (vectors - 1)) / 2;
  const before = inputs - pairs;
  if (weight.shape.length !== 2 || before < 0) return weight; // no such model: what checks the shapes says so
  const data = weight.data.slice();
  // Place row * vectors + column, row > column, is TorchRec's pair (column, row).
  pairPlaces({ vectors, itself: false }).forEach((place, pair) => {
    const [row, column] = [Math.floor(place / vectors), place % vectors];
    const theirs = column * vectors - (column * (column + 1)) / 2 + (row - column - 1);
    for (let output = 0; output < outputs; output++) {
      data[output * inputs + before + pair] = weight.data[output * inputs + before + theirs]!;
    }
  });
  return { data, shape: weight.shape };
}

import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { Tensor } from '@ds/tensor-files';
import { pairPlaces } from '../../network/pair-products.js';
import { tableName } from './config.js';

const tablePattern = /^sparse_arch\.embedding_bag_collection\.embedding_bags\.(.+)\.weight$/;
const bottomPattern = /^dense_arch\.model\._mlp\.(\d+)\._linear\.(weight|bias)$/;
const topPattern = /^over_arch\.model\.0\._mlp\.(\d+)\._linear\.(weight|bias)$/;
const lastPattern = /^over_arch\.model\.1\.(weight|bias)$/;

/**
 * Converts the state dict of TorchRec's `DLRM` (`torchrec/models/dlrm.py`) to the names of facebookresearch/dlrm. It is the
 * same network, except that TorchRec orders the products of pairs differently, so the first top layer's columns are moved.
 * Tables are ordered by the number at the end of their names (`t_cat_0`, `t_cat_1` ...), because not every file keeps an
 * order. Other state dicts are returned unchanged.
 *
 * @throws Error naming a table whose name does not end with a number
 */
export function fromTorchRec<Value extends Tensor | EmbeddingTable>(
  state: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const names = Object.keys(state);
  const tables = torchRecTables(names);
  if (tables.length === 0) return { ...state };
  const topLayers = names.filter((name) => topPattern.test(name) && name.endsWith('weight')).length;
  const plainName = (name: string) => {
    const layer = (prefix: string, number: number, field: string) => `${prefix}.${2 * number}.${field}`;
    const [bottom, top, last] = [bottomPattern.exec(name), topPattern.exec(name), lastPattern.exec(name)];
    if (bottom) return layer('bot_l', Number(bottom[1]), bottom[2]!);
    if (top) return layer('top_l', Number(top[1]), top[2]!);
    return last ? layer('top_l', topLayers, last[1]!) : name;
  };
  const plain: Record<string, Value> = {};
  tables.forEach((name, table) => (plain[tableName(table)] = state[name]!));
  for (const name of names) if (!tablePattern.test(name)) plain[plainName(name)] = state[name]!;
  const first = plain['top_l.0.weight'];
  if (first && 'data' in first) {
    plain['top_l.0.weight'] = withLowerTriangle(first, tables.length + 1) as Value;
  }
  return plain;
}

/**
 * The tables of a TorchRec model among these names, by number.
 *
 * @throws Error naming a table whose name does not end with a number
 */
export function torchRecTables(names: readonly string[]): string[] {
  const numbered = names.flatMap((name) => {
    const table = tablePattern.exec(name)?.[1];
    if (table === undefined) return [];
    const number = /\d+$/.exec(table);
    if (!number) {
      throw new Error(
        `${name}: expected a table whose name ends with its number, such as t_cat_0, found none`,
      );
    }
    return [{ name, number: Number(number[0]) }];
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ name }) => name);
}

/**
 * The first top layer's weight with its columns in the order of the lower triangle, (1,0), (2,0), (2,1) ..., instead of the
 * upper triangle of TorchRec's `InteractionArch`, (0,1), (0,2) ... (1,2) ...; in both, after the columns of the bottom MLP.
 */
function withLowerTriangle(weight: Tensor, vectors: number): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const pairs = (vectors * (vectors - 1)) / 2;
  const before = inputs - pairs;
  if (weight.shape.length !== 2 || before < 0) return weight; // not such a model; the check of the shapes reports it
  const data = weight.data.slice();
  // Position row * vectors + column, row > column, is TorchRec's pair (column, row).
  pairPlaces({ vectors, itself: false }).forEach((place, pair) => {
    const [row, column] = [Math.floor(place / vectors), place % vectors];
    const theirs = column * vectors - (column * (column + 1)) / 2 + (row - column - 1);
    for (let output = 0; output < outputs; output++) {
      data[output * inputs + before + pair] = weight.data[output * inputs + before + theirs]!;
    }
  });
  return { data, shape: weight.shape };
}

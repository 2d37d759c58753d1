import {
  levelSweep,
  MixedPrecisionTable,
  QuantizedTable,
  SparseTable,
  type TableMemory,
} from '@ds/data-sparsifier';
import type { ModelState, StateDict, Tensor } from '../../../src/index.js';
import { expectClose } from '../../golden-model.js';

/**
 * The small model with a table in each compressed form and one dense (the last but one has one row), and the
 * same model with the values of those tables as dense ones.
 */
export function compressedTables(
  initial: StateDict,
  memory: TableMemory | undefined,
): { state: ModelState; dense: StateDict } {
  const name = (table: number) => `emb_l.${table}.weight`;
  const pruned = (table: number, level: number): Tensor => {
    const { data, shape } = initial[name(table)]!;
    const mask = levelSweep({ table: { data, shape }, levels: [level], sparseBlockShape: [1, 4] }).mask(
      level,
    );
    return { data: data.map((value, place) => (mask[place] ? value : 0)), shape };
  };
  const sparse = (table: Tensor) => SparseTable.fromDense({ table, blockWidth: 4, memory });
  const quantised = (table: Tensor, bits: 8 | 4) => QuantizedTable.fromDense({ table, bits, memory });
  const mixed = (table: Tensor) =>
    MixedPrecisionTable.fromDense({
      table,
      bits: Uint8Array.from({ length: table.shape[0]! }, (_, row) => [0, 2, 4, 8, 16, 32][row % 6]!),
      memory,
    });
  const state: ModelState = {
    ...initial,
    [name(0)]: sparse(pruned(0, 0.5)),
    [name(1)]: sparse(pruned(1, 1)),
    [name(2)]: quantised(pruned(2, 0.9), 8),
    [name(3)]: quantised(initial[name(3)]!, 4),
    [name(4)]: mixed(initial[name(4)]!),
  };
  const dense: StateDict = {
    ...initial,
    [name(0)]: pruned(0, 0.5),
    [name(1)]: pruned(1, 1),
    [name(4)]: {
      data: (state[name(4)] as MixedPrecisionTable).toDense(),
      shape: initial[name(4)]!.shape,
    },
  };
  for (const [table, bits] of [
    [2, 8],
    [3, 4],
  ] as const) {
    const { data, shape } = table === 2 ? pruned(2, 0.9) : initial[name(table)]!;
    const values = (state[name(table)] as QuantizedTable).toDense();
    // Half a step of the coarsest row, and what float16 leaves of scale and offset of 4 bits.
    const range = 2 * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expectClose(name(table), values, data, (range / (2 ** bits - 1)) * (bits === 8 ? 0.51 : 0.6));
    dense[name(table)] = { data: values, shape };
  }
  return { state, dense };
}

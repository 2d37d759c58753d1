import type { BaseDataSparsifier } from './base-data-sparsifier.js';
import { DataNormSparsifier, type DataNormSparsifierOptions } from './data-norm-sparsifier.js';
import {
  dequantizeRows,
  quantizeRows,
  requantizeRows,
  type QuantizedRows,
} from '../quantization/quantized-rows.js';
import type { Table } from '../table.js';

/** How tables are sparsified and quantised. */
export interface PostTrainingSparseQuantizeOptions extends Omit<DataNormSparsifierOptions, 'dataList'> {
  /**
   * True: prune the tables, then quantise them. False: quantise them, prune the rounded values, and quantise these again
   * with the same scales and zero points. Default true.
   */
  sparsifyFirst?: boolean;
  /** The names of the tables to process; default: all. */
  names?: readonly string[];
  /** Creates the sparsifier; default: a DataNormSparsifier with the other options. */
  createSparsifier?: () => Pick<BaseDataSparsifier, 'addData' | 'step' | 'squashMask'>;
}

/**
 * Prunes trained tables and quantises their rows to 8 bits, in either order. The given tables are not changed.
 * After PyTorch's torch/ao/pruning/_experimental/data_sparsifier/quantization_utils.py.
 *
 * @param tables Each (rows, columns).
 * @throws Error naming an invalid table or option.
 */
export function postTrainingSparseQuantize(
  tables: Readonly<Record<string, Table>>,
  {
    sparsifyFirst = true,
    names = Object.keys(tables),
    createSparsifier,
    ...config
  }: PostTrainingSparseQuantizeOptions = {},
): Record<string, QuantizedRows> {
  const sparsifier = createSparsifier?.() ?? new DataNormSparsifier(config);
  const entries = names.map((name) => {
    const table = tables[name];
    if (!table) throw new Error(`no table named "${name}"; the tables are ${Object.keys(tables).join(', ')}`);
    const quantized = sparsifyFirst ? undefined : quantizeRows(name, table);
    const copy = quantized
      ? dequantizeRows(quantized)
      : { data: Float32Array.from(table.data), shape: table.shape };
    sparsifier.addData(name, copy);
    return { name, copy, quantized };
  });
  sparsifier.step();
  sparsifier.squashMask();
  return Object.fromEntries(
    entries.map(({ name, copy, quantized }) => {
      if (!quantized) return [name, quantizeRows(name, copy)];
      requantizeRows(copy.data, quantized);
      return [name, quantized];
    }),
  );
}

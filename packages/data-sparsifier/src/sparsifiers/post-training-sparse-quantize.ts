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
   * True: the tables are pruned, then quantised. False: quantised, their rounded values pruned, and those
   * quantised again by the first scales and zero points. Default true.
   */
  sparsifyFirst?: boolean;
  /** The tables to take; default: all. */
  names?: readonly string[];
  /** Makes the sparsifier; default: a DataNormSparsifier with the other options. */
  createSparsifier?: () => Pick<BaseDataSparsifier, 'addData' | 'step' | 'squashMask'>;
}

/**
 * Prunes trained tables and quantises their rows to 8 bits, in either order. The given tables stay as they are.
 * After PyTorch's torch/ao/pruning/_experimental/data_sparsifier/quantization_utils.py.
 *
 * @param tables Each (rows, columns).
 * @throws Error naming the table or option that makes no sense.
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
    if (!table) throw new Error(`no table named "${name}"; there is ${Object.keys(tables).join(', ')}`);
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

import { allocate, criteoKernel, floatsAt, integersAt } from '../criteo-kernel.js';
import { deflateArrays, type DeflatedParts } from './deflate-arrays.js';

/** The categories of a piece, with the ids of its numbers. */
export interface NumberedPiece {
  rows: number;
  /** Shape (columns, rows): numbers of this piece. */
  numbers: Int32Array<ArrayBuffer>;
  /** The id in the whole file behind each number, column after column. */
  ids: Int32Array<ArrayBuffer>;
  /** The number of ids in each column. */
  distinctCounts: number[];
}

/** Deflates the ids of each column as float64. */
export function deflateCategories({ rows, numbers, ids, distinctCounts }: NumberedPiece): DeflatedParts {
  const kernel = criteoKernel();
  const numbersStart = allocate(4 * numbers.length);
  integersAt(numbersStart, numbers.length).set(numbers);
  const tables = allocate(8 * ids.length);
  floatsAt(tables, ids.length).set(ids);
  const scratch = allocate(48 * (1 + Math.max(...distinctCounts)));
  const floats = allocate(8 * rows);
  let before = 0;
  return deflateArrays(Array<number>(distinctCounts.length).fill(8 * rows), (column, output) => {
    const columnNumbers = numbersStart + 4 * rows * column;
    const table = tables + 8 * before;
    const count = distinctCounts[column]!;
    before += count;
    const compressedSize = kernel.deflateFloats(columnNumbers, rows, table, count, floats, scratch, output);
    return { address: floats, compressedSize };
  });
}

import { categoricalColumns } from '../criteo-columns.js';
import { allocate, criteoKernel, floatsAt, integersAt } from './criteo-kernel.js';
import { deflateArrays, type DeflatedParts } from './deflate-arrays.js';

/** The categories of a piece whose numbers have got their ids. */
export interface NumberedPiece {
  rows: number;
  /** Shape (26, rows): numbers of this piece. */
  numbers: Int32Array<ArrayBuffer>;
  /** The id in the whole file behind each number, column after column. */
  ids: Int32Array<ArrayBuffer>;
  /** How many of them each column has. */
  distinctCounts: number[];
}

/** Deflates the ids of each column as float64. */
export function deflateCategories({ rows, numbers, ids, distinctCounts }: NumberedPiece): DeflatedParts {
  const kernel = criteoKernel();
  const numbersStart = allocate(4 * numbers.length);
  integersAt(numbersStart, numbers.length).set(numbers);
  const table = allocate(8 * ids.length);
  floatsAt(table, ids.length).set(ids);
  const floats = allocate(8 * rows);
  let before = 0;
  return deflateArrays(kernel, {
    width: 8,
    counts: Array<number>(categoricalColumns).fill(rows),
    place: (column) => {
      kernel.gatherFloats(numbersStart + 4 * rows * column, rows, table + 8 * before, floats);
      before += distinctCounts[column]!;
      return floats;
    },
  });
}

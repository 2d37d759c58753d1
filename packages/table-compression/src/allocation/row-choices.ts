import { storedRowBytes, type Projection, type RowKind, type Table } from '@ds/data-sparsifier';
import type { TableImportance } from '../importance/table-importance.js';
import { rowDistortions } from './row-distortions.js';

/** The choices for a row, cheapest first. */
const codedBits = [0, 2, 4, 8] as const;
/** The choices for a table so small that storing whole values may pay. */
const allBits = [...codedBits, 16, 32] as const;
const rowsOfSmallTable = 4096;
// The largest value of float16, in which a row's scale and minimum are stored.
const largestHalf = 65504;

/** The cost of each choice of bits for the rows of a table, in bytes and in distortion. */
export interface RowChoices {
  rows: number;
  dim: number;
  /** Bits per value of each choice, or a projected kind; the first is 0, not stored. */
  bits: readonly (0 | RowKind)[];
  /** Bytes of a row of each choice, without the index. */
  rowBytes: readonly number[];
  /** For each choice, the distortion of each candidate. */
  distortions: readonly Float32Array[];
  /** The rows that may be stored, in order; default: all. */
  candidates?: Uint32Array;
  /** How many rows of the table each candidate represents; default 1. */
  share?: number;
  /** The projected kinds. */
  projection?: Projection;
}

/**
 * The choices for rows of one table.
 *
 * @param rowsOfTable number of rows of the whole table, if these are only some of them
 */
export function rowChoices(
  table: Table,
  importance: TableImportance,
  rowsOfTable = table.shape[0]!,
): RowChoices {
  const [rows, dim] = table.shape as [number, number];
  const bits = rowsOfTable <= rowsOfSmallTable ? allBits : codedBits;
  return {
    rows,
    dim,
    bits,
    rowBytes: bits.map((choice) => (choice === 0 ? 0 : storedRowBytes(choice, dim))),
    distortions: bits.map((choice) => rowDistortions(table, choice, importance)),
  };
}

/** @throws RangeError naming the table, the row and the column of a value that is not finite or beyond float16 */
export function checkValues(name: string, { data, shape }: Table): void {
  const dim = shape[1]!;
  const at = data.findIndex((value) => !(Math.abs(value) <= largestHalf));
  if (at < 0) return;
  throw new RangeError(
    `table "${name}", row ${Math.floor(at / dim)}, column ${at % dim}: expected a finite value within ` +
      `${largestHalf}, found ${data[at]}`,
  );
}

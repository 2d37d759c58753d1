import { storedRowBytes } from './row-bits.js';
import { classBytes, classOrder, type RowsOfBits } from './row-classes.js';
import { smallestIndex } from './row-index.js';

/**
 * Bytes of a `MixedPrecisionTable`, computed from its counts alone: the rows with their scales, the index, the class bits,
 * and the counts for finding a row. Equals the table's `byteLength`.
 *
 * @throws RangeError if there are more stored rows than rows.
 */
export function mixedPrecisionBytes({
  rows,
  dim,
  rowsOfBits,
}: {
  /** Rows of the table. */
  rows: number;
  /** Values in a row. */
  dim: number;
  /** How many rows are stored with 1, 2, 4, 8, 16 and 32 bits per value; the others are pruned. */
  rowsOfBits: RowsOfBits;
}): number {
  const classes = classOrder(rowsOfBits);
  const stored = classes.reduce((sum, ofClass) => sum + ofClass.rows, 0);
  if (!(stored <= rows)) throw new RangeError(`expected at most ${rows} stored rows, found ${stored}`);
  const codes = classes.reduce((sum, { bits, rows: count }) => sum + count * storedRowBytes(bits, dim), 0);
  return codes + smallestIndex(rows, stored).bytes + classBytes(classes.map((ofClass) => ofClass.rows));
}

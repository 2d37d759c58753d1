import { projectionBytes } from './projection/projection.js';
import { rowsBytes } from './row-kinds.js';
import { classBytes, classOrder, type RowsOfBits } from './row-classes.js';
import { smallestIndex } from './row-index/row-index.js';

/**
 * Bytes of a `MixedPrecisionTable`, computed from its counts alone: the rows with their scales, the index, the
 * class bits, the counts that find a row, and the basis of projected rows. Equals the table's `byteLength`.
 *
 * @throws RangeError if there are more stored rows than rows.
 */
export function mixedPrecisionBytes({
  rows,
  dim,
  rowsOfBits,
  projection,
}: {
  /** Rows of the table. */
  rows: number;
  /** Values in a row. */
  dim: number;
  /** The number of rows with 1, 2, 4, 8, 16 and 32 bits per value and of each projected kind; the others are pruned. */
  rowsOfBits: RowsOfBits;
  /** The projected kinds, 128 first. */
  projection?: { kinds: readonly { coefficientBits: readonly number[] }[] } | undefined;
}): number {
  const classes = classOrder(rowsOfBits);
  const stored = classes.reduce((sum, ofClass) => sum + ofClass.rows, 0);
  if (!(stored <= rows)) throw new RangeError(`expected at most ${rows} stored rows, found ${stored}`);
  const codes = classes.reduce(
    (sum, { bits, rows: count }) => sum + rowsBytes(bits, count, dim, projection),
    projectionBytes(projection?.kinds ?? [], dim),
  );
  return codes + smallestIndex(rows, stored).bytes + classBytes(classes.map((ofClass) => ofClass.rows));
}

import { checkTableSizes } from '../checked-table-shape.js';
import { popcount } from '../popcount.js';
import type { SparseTableSizes } from './sparse-table-parts.js';

/** A block-sparse table as stored in a file, without ranks. The least significant bit comes first. */
export interface SparseBitmaps {
  /** Rows of the table. */
  rows: number;
  /** Values in a row. */
  dim: number;
  /** Values in a block, adjacent in a row. */
  blockWidth: number;
  /** A bit per row: whether any of its blocks is kept. */
  rowBits: Uint8Array;
  /** A bit per block of each such row, row by row: whether it is kept. */
  blockBits: Uint8Array;
  /** The kept blocks, `blockWidth` values each; values of a row's last block beyond the row are 0. */
  values: Float32Array;
}

/** Names of the arrays of `SparseBitmaps` for errors. */
export type SparseBitmapNames = Record<'rowBits' | 'blockBits' | 'values', string>;

/**
 * The sizes of a sparse table, counted from its bitmaps.
 *
 * @throws RangeError naming a size that is not a whole number, or 0 for blocks, or an array that does not match the others;
 *   `names` are the names of the arrays in errors.
 */
export function sparseTableSizes(
  { rows, dim, blockWidth, rowBits, blockBits, values }: SparseBitmaps,
  names: SparseBitmapNames = { rowBits: 'rowBits', blockBits: 'blockBits', values: 'values' },
): SparseTableSizes {
  checkTableSizes({ rows, dim, blockWidth });
  const storedRows = countOnes(names.rowBits, rowBits, rows);
  const keptBlocks = countOnes(names.blockBits, blockBits, storedRows * Math.ceil(dim / blockWidth));
  if (values.length !== keptBlocks * blockWidth) {
    throw new RangeError(
      `${names.values}: expected ${keptBlocks * blockWidth} values for ${keptBlocks} kept blocks of ${blockWidth}, ` +
        `found ${values.length}`,
    );
  }
  return { rows, dim, blockWidth, storedRows, keptBlocks };
}

/**
 * Writes the table's kept values into `dense`, (rows, dim), which must be all zeros. For readers that do not need a
 * `SparseTable`, which has ranks in addition to the bitmaps.
 */
export function expandSparseBitmaps(
  { rows, dim, blockWidth, rowBits, blockBits, values }: SparseBitmaps,
  dense: Float32Array,
): void {
  // Copied as bits, because converting a float32 to a number may lose the payload of a NaN.
  const to = new Uint32Array(dense.buffer, dense.byteOffset, dense.length);
  const from = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let block = 0;
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (!hasBit(rowBits, row)) continue;
    for (let column = 0; column < dim; column += blockWidth, block++) {
      if (!hasBit(blockBits, block)) continue;
      const inside = Math.min(blockWidth, dim - column);
      for (let i = 0; i < inside; i++) to[row * dim + column + i] = from[next + i]!;
      next += blockWidth;
    }
  }
}

function hasBit(bitmap: Uint8Array, position: number): boolean {
  return ((bitmap[Math.floor(position / 8)]! >> (position % 8)) & 1) === 1; // positions may exceed 2^32
}

/** The number of ones in a bitmap of `length` bits, whose last byte must be padded with zeros. */
function countOnes(name: string, bitmap: Uint8Array, length: number): number {
  if (bitmap.length !== Math.ceil(length / 8)) {
    throw new RangeError(
      `${name}: expected ${Math.ceil(length / 8)} bytes for ${length} bits, found ${bitmap.length}`,
    );
  }
  let ones = 0;
  for (const byte of bitmap) ones += popcount(byte);
  const lastBits = length % 8;
  if (lastBits > 0 && bitmap.at(-1)! >>> lastBits !== 0) {
    throw new RangeError(`${name}: has ones after its ${length} bits`);
  }
  return ones;
}

/**
 * A block-sparse table as it stands in a file, what `SparseTable.fromBitmaps` of `@ds/data-sparsifier` takes.
 * Bits count from the least significant one.
 */
export interface SparseBitmaps {
  /** Rows of the table. */
  rows: number;
  /** Values in a row. */
  dim: number;
  /** Values in a block, side by side in a row. */
  blockWidth: number;
  /** A bit per row: whether any of its blocks is kept. */
  rowBits: Uint8Array;
  /** A bit per block of each such row, row by row: whether it is kept. */
  blockBits: Uint8Array;
  /** The kept blocks, `blockWidth` values each; what a row's last block has beyond the row is 0. */
  values: Float32Array;
}

/** A sparse table that can be written; `SparseTable` of `@ds/data-sparsifier` is one. */
export interface SparseTableLike {
  /** Rows of the table. */
  readonly rows: number;
  /** Values in a row. */
  readonly dim: number;
  /** Values in a block, side by side in a row. */
  readonly blockWidth: number;
  /** Rows with at least one kept block. */
  readonly storedRows: number;
  /** Kept blocks in all rows. */
  readonly keptBlocks: number;
  /** What of it stands in a file; asked for once, when its turn comes, and let go of before the next table's. */
  bitmaps(): Pick<SparseBitmaps, 'rowBits' | 'blockBits' | 'values'>;
}

/** @throws Error naming the field in which the bitmaps and the values do not agree. */
export function checkBitmaps({ rows, dim, blockWidth, rowBits, blockBits, values }: SparseBitmaps): void {
  const storedRows = countOnes('row_bitmask', rowBits, rows);
  const keptBlocks = countOnes('bitmask', blockBits, storedRows * Math.ceil(dim / blockWidth));
  if (values.length !== keptBlocks * blockWidth) {
    throw new Error(
      `compressed: expected ${keptBlocks * blockWidth} values for ${keptBlocks} kept blocks of ${blockWidth}, ` +
        `found ${values.length}`,
    );
  }
}

/** The table with its pruned values as +0, (rows, dim), written into `dense`, which is all zeros. */
export function expandBitmaps(
  { rows, dim, blockWidth, rowBits, blockBits, values }: SparseBitmaps,
  dense: Float32Array,
): void {
  // Moved as bits: a float32 that passes through a number may lose the payload of a NaN.
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
  return ((bitmap[Math.floor(position / 8)]! >> (position % 8)) & 1) === 1; // positions may pass 2^32
}

function countOnes(field: string, bitmap: Uint8Array, length: number): number {
  if (bitmap.length !== Math.ceil(length / 8)) {
    throw new Error(
      `${field}: expected ${Math.ceil(length / 8)} bytes for ${length} bits, found ${bitmap.length}`,
    );
  }
  let ones = 0;
  for (let byte of bitmap) for (; byte !== 0; byte &= byte - 1) ones++;
  if (length % 8 > 0 && bitmap.at(-1)! >> (length % 8) !== 0) {
    throw new Error(`${field}: has ones after its ${length} bits`);
  }
  return ones;
}

import { sparseTableSizes, type SparseBitmaps } from '@ds/data-sparsifier';

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

/** What the file calls the arrays of a sparse table. */
const fields = { rowBits: 'row_bitmask', blockBits: 'bitmask', values: 'compressed' };

/** @throws Error naming the source, or the table, and the field in which the bitmaps and the values do not agree. */
export function checkSparseFields(table: string, bitmaps: SparseBitmaps): void {
  try {
    sparseTableSizes(bitmaps, fields);
  } catch (error) {
    throw new Error(`${table}.${(error as Error).message}`, { cause: error });
  }
}

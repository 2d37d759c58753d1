import { sparseTableSizes, type SparseBitmaps } from '@ds/data-sparsifier';

/** A sparse table that can be written; `SparseTable` of `@ds/data-sparsifier` is one. */
export interface SparseTableLike {
  /** Rows of the table. */
  readonly rows: number;
  /** Values in a row. */
  readonly dim: number;
  /** Values in a block, adjacent in a row. */
  readonly blockWidth: number;
  /** Rows with at least one kept block. */
  readonly storedRows: number;
  /** Kept blocks in all rows. */
  readonly keptBlocks: number;
  /** Its form in a file. Called once, when the table is written; the result is released before the next table. */
  bitmaps(): Pick<SparseBitmaps, 'rowBits' | 'blockBits' | 'values'>;
}

/** The names of the arrays of a sparse table in a file. */
const fields = { rowBits: 'row_bitmask', blockBits: 'bitmask', values: 'compressed' };

/** @throws Error naming the source or the table, and the field in which bitmaps and values disagree. */
export function checkSparseFields(table: string, bitmaps: SparseBitmaps): void {
  try {
    sparseTableSizes(bitmaps, fields);
  } catch (error) {
    throw new Error(`${table}.${(error as Error).message}`, { cause: error });
  }
}

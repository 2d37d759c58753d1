import type { Table } from '../table.js';

/** The rows of an embedding table, however they are held in memory. */
export interface EmbeddingTable {
  /** Number of rows (categories). */
  readonly rows: number;
  /** Values in a row. */
  readonly dim: number;
  /** Bytes that the table takes: values, bitmaps and ranks. */
  readonly byteLength: number;
  /**
   * Writes row `ids[i]` to `out` from `i * stride`, for each id in order.
   *
   * @param stride Values from one row in `out` to the next; default `dim`.
   * @throws RangeError naming the first id that is no row, or when `out` is too short.
   */
  gatherRows(ids: Int32Array, out: Float32Array, stride?: number): void;
  /** The table with all its rows, as new dense data of shape (rows, dim). */
  toDense(): Table;
}

import type { TableMemory } from './table-memory.js';

/** The rows of an embedding table, however they are held in memory. */
export interface EmbeddingTable {
  /** Number of rows (categories). */
  readonly rows: number;
  /** Values in a row. */
  readonly dim: number;
  /** Bytes that the table takes in memory: values, bitmaps and ranks. */
  readonly byteLength: number;
  /** Where the table lies, if in a memory of the kernels: rows are gathered fastest into the same memory. */
  readonly memory?: TableMemory | undefined;
  /**
   * Writes row `ids[i]` to `out` from `i * stride`, for each id in order.
   *
   * @param stride Values from one row in `out` to the next, at least `dim`; default `dim`.
   * @throws RangeError, where the rows are compressed, naming the first id that is no row, or, with nothing written,
   *   when `stride` is less than `dim` or not a whole number, or `out` too short. A dense table trusts its caller.
   */
  gatherRows(ids: Int32Array, out: Float32Array, stride?: number): void;
  /** All rows as one row-major array, (rows, dim): a new one, or a dense table's own. */
  toDense(): Float32Array;
}

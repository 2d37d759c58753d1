import type { TableMemory } from './table-memory.js';

/** An embedding table, independent of its representation in memory. */
export interface EmbeddingTable {
  /** Number of rows (categories). */
  readonly rows: number;
  /** Values in a row. */
  readonly dim: number;
  /** Bytes of the table in memory, including bitmaps and ranks. */
  readonly byteLength: number;
  /** The kernel memory that contains the table, if any; gathering rows into the same memory is fastest. */
  readonly memory?: TableMemory | undefined;
  /**
   * Writes row `ids[i]` to `out` from `i * stride`, for each id in order.
   *
   * @param stride Values from one row in `out` to the next, at least `dim`; default `dim`.
   * @throws RangeError from a compressed table, naming the first id that is not a row; or, with nothing written, if `stride`
   *   is less than `dim` or not a whole number, or `out` is too short. A dense table does not check its arguments.
   */
  gatherRows(ids: Int32Array, out: Float32Array, stride?: number): void;
  /** All rows as one row-major array, (rows, dim): a new array, or the own array of a dense table. */
  toDense(): Float32Array;
}

import { hasBit, onesBefore, rowsPerGroup } from './bit-ranks.js';
import type { EmbeddingTable } from './embedding-table.js';
import type { RowKernels } from './row-kernels.js';
import type { TableMemory } from './table-memory.js';

/** 32-bit words per group of rows in a bitmap. */
export const rowWordsPerGroup = rowsPerGroup / 32;

/** Finds and reads the rows of a table. */
export interface StoredRows {
  /** The position of a row among the stored ones, or -1 if it is not stored and all its values are +0. */
  find: (row: number) => number;
  /** Writes the `stored`-th stored row to the output at index `to`. */
  readRow: (stored: number, to: number) => void;
}

/**
 * Finds stored rows by a bitmap.
 *
 * @param rowBits a bit per row: whether it is stored
 * @param rowRanks for each group of 64 rows, the stored rows before it
 */
export function findByBitmap(rowBits: Uint32Array, rowRanks: Uint32Array): StoredRows['find'] {
  return (row) => (hasBit(rowBits, row) ? onesBefore(rowBits, rowRanks, rowWordsPerGroup, row) : -1);
}

/** An embedding table that stores only some of its rows, in any form, and finds them with an index. */
export abstract class StoredRowTable implements EmbeddingTable {
  readonly rows: number;
  readonly dim: number;
  readonly memory: TableMemory | undefined;
  abstract readonly byteLength: number;

  /** Offset in the memory of the table's header for the kernel; 0 without a memory. */
  protected readonly header: number;
  readonly #kernel: keyof RowKernels;

  protected constructor(
    { rows, dim }: { rows: number; dim: number },
    {
      memory,
      kernel,
      headerFields,
    }: { memory: TableMemory | undefined; kernel: keyof RowKernels; headerFields: readonly string[] },
  ) {
    this.rows = rows;
    this.dim = dim;
    this.memory = memory;
    this.#kernel = kernel;
    this.header = memory ? memory.allocate(4 * headerFields.length) : 0;
  }

  /** Access to the rows at their current location in memory, reading into `out`. */
  protected abstract storedRowsFor(out: Float32Array): StoredRows;

  gatherRows(ids: Int32Array, out: Float32Array, stride = this.dim): void {
    if (!Number.isSafeInteger(stride) || stride < this.dim) {
      throw new RangeError(
        `expected a stride of at least ${this.dim}, the values in a row, as a whole number, found ${stride}`,
      );
    }
    if (ids.length === 0) return;
    const room = (ids.length - 1) * stride + this.dim;
    if (out.length < room) {
      throw new RangeError(
        `${ids.length} rows of ${this.dim} values, ${stride} apart, need space for ${room} values, found ${out.length}`,
      );
    }
    const { memory } = this;
    // The kernel if ids and output are in the table's memory, otherwise the plain loop, which is its reference.
    const gathered =
      memory && ids.buffer === memory.buffer && out.buffer === memory.buffer
        ? memory.kernels[this.#kernel](this.header, ids.byteOffset, ids.length, out.byteOffset, 4 * stride)
        : this.#gatherInLoop(ids, out, stride);
    if (gathered < ids.length) {
      throw new RangeError(
        `id ${ids[gathered]} at position ${gathered} is not a row of a table of ${this.rows} rows`,
      );
    }
  }

  toDense(): Float32Array<ArrayBuffer> {
    const dense = new Float32Array(this.rows * this.dim);
    const { find, readRow } = this.storedRowsFor(dense);
    for (let row = 0; row < this.rows; row++) {
      const stored = find(row);
      if (stored >= 0) readRow(stored, row * this.dim);
    }
    return dense;
  }

  /** Returns, like the kernel, the number of ids, or the position of the first that is not a row. */
  #gatherInLoop(ids: Int32Array, out: Float32Array, stride: number): number {
    const { rows, dim } = this;
    const { find, readRow } = this.storedRowsFor(out);
    for (let place = 0; place < ids.length; place++) {
      const id = ids[place]!;
      if (id < 0 || id >= rows) return place;
      const to = place * stride;
      const stored = find(id);
      if (stored >= 0) readRow(stored, to);
      else out.fill(0, to, to + dim);
    }
    return ids.length;
  }
}

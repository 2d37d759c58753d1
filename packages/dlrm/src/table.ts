import type { TableMemory } from '@ds/data-sparsifier';
import { gatherRows } from './gather-rows.js';

/**
 * What the model looks its embeddings up in. Sparse and quantised tables of `@ds/data-sparsifier` have this
 * shape too, and serve `forward` in place of a dense one; training needs dense tables.
 */
export interface EmbeddingTable {
  /** Rows of the table. */
  readonly rows: number;
  /** Values in a row. */
  readonly dim: number;
  /** Bytes that the table takes in memory. */
  readonly byteLength: number;
  /** Where the table lies, if in a memory of the gather kernels, which reach only into the same memory. */
  readonly memory?: TableMemory | undefined;
  /** Writes row `ids[i]` to `out[i * stride]` and on, for each i; the ids are inside the table. */
  gatherRows(ids: Int32Array, out: Float32Array, stride: number): void;
  /** The values as one array, row by row. */
  toDense(): Float32Array;
}

/** A table as one array of values, which it holds by reference. */
export class DenseTable implements EmbeddingTable {
  readonly rows: number;
  readonly dim: number;
  readonly data: Float32Array;

  constructor({ data, shape }: { data: Float32Array; shape: readonly number[] }) {
    [this.rows, this.dim] = shape as [number, number];
    this.data = data;
  }

  get byteLength(): number {
    return this.data.byteLength;
  }

  gatherRows(ids: Int32Array, out: Float32Array, stride: number): void {
    const { data, dim } = this;
    for (let i = 0; i < ids.length; i++) {
      const from = ids[i]! * dim;
      const to = i * stride;
      for (let column = 0; column < dim; column++) out[to + column] = data[from + column]!;
    }
  }

  /** The table's own array, not a copy. */
  toDense(): Float32Array {
    return this.data;
  }
}

/**
 * The rows of every table for a batch, (n, tables, dim).
 *
 * @param ids (n, tables), one id for each table
 */
export function gatherBatch(tables: readonly EmbeddingTable[], ids: Int32Array, size: number): Float32Array {
  const dim = tables[0]!.dim;
  const stride = tables.length * dim;
  const out = new Float32Array(size * stride);
  const column = new Int32Array(size);
  tables.forEach((table, index) => {
    for (let i = 0; i < size; i++) column[i] = ids[i * tables.length + index]!;
    gatherRows(table, column, out.subarray(index * dim), stride);
  });
  return out;
}

/**
 * Subtracts a batch's steps from the rows that it touched, one lookup after another, so that a row looked up
 * twice takes both (as PyTorch's SGD on the sparse gradient of an EmbeddingBag).
 *
 * @param ids (n, tables)
 * @param steps (n, tables, dim), the gradients times the learning rate
 */
export function subtractSteps(tables: readonly DenseTable[], ids: Int32Array, steps: Float32Array): void {
  const dim = tables[0]!.dim;
  for (let lookup = 0, step = 0; lookup < ids.length;) {
    for (const { data } of tables) {
      const row = ids[lookup++]! * dim;
      for (let column = 0; column < dim; column++) data[row + column]! -= steps[step++]!;
    }
  }
}

import type { EmbeddingTable } from '@ds/data-sparsifier';
import { hasBit } from './has-bit.js';

/** A table as one array of values, held by reference. */
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
    if ([dim, stride, data.byteOffset / 4, out.byteOffset / 4].every((place) => place % 2 === 0)) {
      copyRows(inPairs(data), ids, inPairs(out), dim / 2, stride / 2);
    } else {
      copyRows(data, ids, out, dim, stride);
    }
  }

  /** The table's own array, not a copy. */
  toDense(): Float32Array {
    return this.data;
  }
}

/** The same values in pairs, which takes a third of the time of copying them one by one. */
function inPairs({ buffer, byteOffset, length }: Float32Array): Float64Array {
  return new Float64Array(buffer, byteOffset, length >> 1);
}

/** Copies, for each i, row `ids[i]` of `dim` values to `out` from `i * stride` on: eight columns at a time, then the rest. */
function copyRows(
  data: Float32Array | Float64Array,
  ids: Int32Array,
  out: Float32Array | Float64Array,
  dim: number,
  stride: number,
): void {
  const inEights = dim & ~7;
  for (let column = 0; column < inEights; column += 8) {
    for (let i = 0, to = column; i < ids.length; i++, to += stride) {
      const from = ids[i]! * dim + column;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
      out[to + 3] = data[from + 3]!;
      out[to + 4] = data[from + 4]!;
      out[to + 5] = data[from + 5]!;
      out[to + 6] = data[from + 6]!;
      out[to + 7] = data[from + 7]!;
    }
  }
  if (inEights === dim) return;
  for (let i = 0, to = 0; i < ids.length; i++, to += stride) {
    const from = ids[i]! * dim;
    for (let column = inEights; column < dim; column++) out[to + column] = data[from + column]!;
  }
}

/**
 * Subtracts a batch's steps from its looked-up rows, one lookup after another, so that a row looked up twice receives both
 * steps (like PyTorch's SGD on the sparse gradient of an EmbeddingBag).
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

/**
 * The same for all values but the held ones. It equals PyTorch's SGD with the masks applied again after each step.
 *
 * @param held for each table a bit for each value, the least significant first: whether it stays as it is
 */
export function subtractStepsUnlessHeld(
  tables: readonly DenseTable[],
  ids: Int32Array,
  steps: Float32Array,
  held: readonly Uint32Array[],
): void {
  const dim = tables[0]!.dim;
  for (let lookup = 0, step = 0; lookup < ids.length;) {
    for (let table = 0; table < tables.length; table++) {
      const { data } = tables[table]!;
      const bits = held[table]!;
      const from = ids[lookup++]! * dim;
      for (let at = from; at < from + dim; at++, step++) {
        if (!hasBit(bits, at)) data[at]! -= steps[step]!;
      }
    }
  }
}

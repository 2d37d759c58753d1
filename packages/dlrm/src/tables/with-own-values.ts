import { DenseTable } from './dense-table.js';

/**
 * The tables, such that a change to one leaves the others as they are: one whose values overlap in memory with those of an
 * earlier one is copied. Tied weights of a PyTorch file share one array; PyTorch's load_state_dict copies them too.
 */
export function withOwnValues(tables: readonly DenseTable[]): readonly DenseTable[] {
  const taken = new Map<ArrayBufferLike, Float32Array[]>();
  return tables.map((table) => {
    const isTaken = taken.get(table.data.buffer)?.some((other) => overlap(other, table.data));
    const own = isTaken
      ? new DenseTable({ data: table.data.slice(), shape: [table.rows, table.dim] })
      : table;
    const { buffer } = own.data;
    taken.set(buffer, [...(taken.get(buffer) ?? []), own.data]);
    return own;
  });
}

/** Whether two arrays of one buffer share a value. */
function overlap(a: Float32Array, b: Float32Array): boolean {
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

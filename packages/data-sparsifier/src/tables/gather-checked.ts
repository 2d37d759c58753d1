import type { GatherKernel } from './row-kernels.js';
import type { TableMemory } from './table-memory.js';

/**
 * One gather, by the kernel where ids and output lie in the table's own memory, else by the plain loop.
 *
 * @throws RangeError when `out` is too short for the rows, or naming the first id that is no row.
 */
export function gatherChecked({
  rows,
  dim,
  ids,
  out,
  stride,
  memory,
  header,
  kernel,
  plain,
}: {
  rows: number;
  dim: number;
  ids: Int32Array;
  out: Float32Array;
  stride: number;
  memory: TableMemory | undefined;
  /** Where the table's header lies in the memory. */
  header: number;
  kernel: 'gatherSparseRows' | 'gatherQuantizedRows';
  /** Like the kernel: returns the number of ids, or the place of the first bad one. */
  plain: (ids: Int32Array, out: Float32Array, stride: number) => number;
}): void {
  if (ids.length === 0) return;
  const room = (ids.length - 1) * stride + dim;
  if (out.length < room) {
    throw new RangeError(
      `${ids.length} rows of ${dim} values, ${stride} apart, need ${room} values of room, found ${out.length}`,
    );
  }
  let gathered: number;
  if (memory && ids.buffer === memory.buffer && out.buffer === memory.buffer) {
    const gather: GatherKernel = memory.kernels[kernel];
    gathered = gather(header, ids.byteOffset, ids.length, out.byteOffset, 4 * stride);
  } else {
    gathered = plain(ids, out, stride);
  }
  if (gathered < ids.length) {
    throw new RangeError(`id ${ids[gathered]} at place ${gathered} is not a row of a table of ${rows} rows`);
  }
}

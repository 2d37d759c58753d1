import type { EmbeddingTable, TableMemory } from '@ds/data-sparsifier';

// Rows gathered at a time in a table's own memory: few enough to be in the CPU's cache when they are copied.
const rowsAtATime = 1024;

/** Offsets of space for ids and rows in a memory of tables. */
interface Scratch {
  ids: number;
  rows: number;
  /** The number of values that fit. */
  capacity: number;
}

const scratches = new WeakMap<TableMemory, Scratch>();

/**
 * `table.gatherRows` for arbitrary arrays. If the table is in a memory of the gather kernels, the kernel gathers the rows
 * there and they are then copied. The work is synchronous and the scratch space is allocated once per memory, so models
 * that share a memory do not interfere.
 *
 * @param stride values from one row in `out` to the next
 */
export function gatherRows(table: EmbeddingTable, ids: Int32Array, out: Float32Array, stride: number): void {
  const { memory, dim } = table;
  const scratch = memory && scratchOf(memory, rowsAtATime * dim);
  if (!memory || !scratch) {
    table.gatherRows(ids, out, stride);
    return;
  }
  const idsThere = memory.int32(scratch.ids, rowsAtATime);
  const rowsThere = memory.float32(scratch.rows, rowsAtATime * dim);
  for (let start = 0; start < ids.length; start += rowsAtATime) {
    const count = Math.min(rowsAtATime, ids.length - start);
    idsThere.set(ids.subarray(start, start + count));
    table.gatherRows(idsThere.subarray(0, count), rowsThere, dim);
    if (stride === dim) {
      out.set(rowsThere.subarray(0, count * dim), start * dim);
      continue;
    }
    for (let row = 0, from = 0; row < count; row++) {
      const to = (start + row) * stride;
      for (let column = 0; column < dim; column++) out[to + column] = rowsThere[from++]!;
    }
  }
}

/** Undefined if the memory has no space left. */
function scratchOf(memory: TableMemory, values: number): Scratch | undefined {
  let scratch = scratches.get(memory);
  if (!scratch || scratch.capacity < values) {
    // 128: each of the two allocations is rounded up to a multiple of 64.
    if (memory.freeBytes < 4 * (rowsAtATime + values) + 128) return undefined;
    scratch = {
      ids: memory.allocate(4 * rowsAtATime),
      rows: memory.allocate(4 * values),
      capacity: values,
    };
    scratches.set(memory, scratch);
  }
  return scratch;
}

/**
 * Gathers the rows of the used tables for a batch.
 *
 * @param ids (n, tables), one id for each table, the others too
 * @param out (used tables, n, dim), or (n, tables, dim), where the places of other tables stay as they are
 * @param used numbers of the tables
 */
export function gatherRowsOfTables(
  tables: readonly EmbeddingTable[],
  ids: Int32Array,
  out: Float32Array,
  { order, used }: { order: 'tables first' | 'examples first'; used: readonly number[] },
): void {
  const dim = tables[0]!.dim;
  const size = ids.length / tables.length;
  const [betweenTables, stride] = order === 'tables first' ? [size * dim, dim] : [dim, tables.length * dim];
  const column = new Int32Array(size);
  used.forEach((table, place) => {
    for (let i = 0, at = table; i < size; i++, at += tables.length) column[i] = ids[at]!;
    const first = (order === 'tables first' ? place : table) * betweenTables;
    gatherRows(tables[table]!, column, out.subarray(first), stride);
  });
}

import type { EmbeddingTable, TableMemory } from '@ds/data-sparsifier';

const passes = 9;

/**
 * Median time of a lookup in nanoseconds, over passes of a batch through all tables of a model; the first is not counted.
 *
 * @param ids for each table (rows)
 * @param memory the memory of the tables; rows are gathered into it
 */
export function lookupTime(
  tables: readonly EmbeddingTable[],
  ids: readonly Int32Array[],
  memory: TableMemory | undefined,
): number {
  const rows = Math.max(...ids.map(({ length }) => length));
  const dim = Math.max(...tables.map((table) => table.dim));
  const placed = memory && {
    ids: ids.map(({ length }) => memory.allocate(4 * length)),
    out: memory.allocate(4 * rows * dim),
  };
  // Views are taken after everything is allocated, because allocating may move the memory.
  const out = placed ? memory.float32(placed.out, rows * dim) : new Float32Array(rows * dim);
  const wanted = ids.map((ofTable, table) => {
    if (!placed) return ofTable;
    const copy = memory.int32(placed.ids[table]!, ofTable.length);
    copy.set(ofTable);
    return copy;
  });
  const lookups = ids.reduce((sum, { length }) => sum + length, 0);
  const times = Array.from({ length: passes + 1 }, () => {
    const start = performance.now();
    tables.forEach((table, index) => table.gatherRows(wanted[index]!, out));
    return performance.now() - start;
  });
  const sorted = times.slice(1).sort((a, b) => a - b);
  return (1e6 * sorted[passes >> 1]!) / lookups;
}

import type { EmbeddingTable } from '@ds/data-sparsifier';

/** All rows of a table, (rows, dim), for tables whose rows are computed as they are looked up. */
export function denseByGather(table: EmbeddingTable): Float32Array {
  const dense = new Float32Array(table.rows * table.dim);
  table.gatherRows(
    Int32Array.from({ length: table.rows }, (_, id) => id),
    dense,
  );
  return dense;
}

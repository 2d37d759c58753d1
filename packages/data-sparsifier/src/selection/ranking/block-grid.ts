/** How a table is divided into blocks, from its first value on; blocks at the right and bottom edges may be smaller. */
export interface BlockGrid {
  /** The table as a matrix. */
  rows: number;
  columns: number;
  /** The shape of a whole block. */
  blockRows: number;
  blockColumns: number;
  /** Blocks from top to bottom, and from left to right. */
  gridRows: number;
  gridColumns: number;
  /** The total number of blocks, which are numbered row by row. */
  blocks: number;
}

/**
 * The grid over a table of this shape. Dimensions of size one are dropped; if at most one dimension remains, the table is
 * one row.
 *
 * @throws Error naming the table if more than two dimensions remain.
 */
export function blockGrid(
  name: string,
  shape: readonly number[],
  [blockRows, blockColumns]: readonly [number, number],
): BlockGrid {
  const sizes = shape.filter((size) => size !== 1);
  if (sizes.length > 2) {
    throw new Error(
      `table "${name}": expected at most 2 dimensions larger than 1, found shape [${shape.join(', ')}]`,
    );
  }
  const columns = sizes.at(-1) ?? 1;
  const rows = sizes.length === 2 ? sizes[0]! : 1;
  return blockGridOfMatrix(rows, columns, blockRows, blockColumns);
}

/** The grid over a matrix. */
export function blockGridOfMatrix(
  rows: number,
  columns: number,
  blockRows: number,
  blockColumns: number,
): BlockGrid {
  const gridRows = Math.ceil(rows / blockRows);
  const gridColumns = Math.ceil(columns / blockColumns);
  return { rows, columns, blockRows, blockColumns, gridRows, gridColumns, blocks: gridRows * gridColumns };
}

/** The density of kept values in rectangles of a matrix. */
export interface DensityMap {
  /** Rectangles along the rows of the matrix, and along its columns. */
  width: number;
  height: number;
  /** Fraction of kept values, 0 to 1; the rectangle of the x-th rows and y-th columns is at `y * width + x`. */
  shares: Float32Array;
}

/** The density map of a mask of (rows, columns). Rows run to the right, because tables have far more rows than columns. */
export function densityMap(
  mask: Uint8Array,
  { rows, columns }: { rows: number; columns: number },
  { maxWidth = 640, maxHeight = 64 } = {},
): DensityMap {
  const width = Math.min(rows, maxWidth);
  const height = Math.min(columns, maxHeight);
  const kept = new Float32Array(width * height);
  const values = new Float32Array(width * height);
  const lineOf = Array.from({ length: columns }, (_, column) => Math.floor((column * height) / columns));
  for (let row = 0, i = 0; row < rows; row++) {
    const x = Math.floor((row * width) / rows);
    for (let column = 0; column < columns; column++, i++) {
      const place = lineOf[column]! * width + x;
      values[place]!++;
      kept[place]! += mask[i]!;
    }
  }
  return { width, height, shares: kept.map((count, place) => count / values[place]!) };
}

/** Number of rows without a kept value. */
export function emptyRows(mask: Uint8Array, { columns }: { columns: number }): number {
  let empty = 0;
  for (let from = 0; from < mask.length; from += columns) {
    if (!mask.subarray(from, from + columns).includes(1)) empty++;
  }
  return empty;
}

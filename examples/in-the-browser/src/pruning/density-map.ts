/** How densely a mask keeps the values of a matrix, in rectangles of it. */
export interface DensityMap {
  /** Rectangles along the rows of the matrix, and along its columns. */
  width: number;
  height: number;
  /** Share of kept values, 0 to 1, in the rectangle of the x-th rows and y-th columns at `y * width + x`. */
  shares: Float32Array;
}

/** The picture of a mask of (rows, columns): rows run to the right, as tables have far more of them. */
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

/** Number of rows of which nothing is kept. */
export function emptyRows(mask: Uint8Array, { columns }: { columns: number }): number {
  let empty = 0;
  for (let from = 0; from < mask.length; from += columns) {
    if (!mask.subarray(from, from + columns).includes(1)) empty++;
  }
  return empty;
}

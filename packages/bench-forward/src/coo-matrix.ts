/** A sparse matrix as coordinates: the entry at (rows[i], columns[i]) is values[i]; in row-major order, without zeros. */
export interface CooMatrix {
  shape: readonly [rows: number, columns: number];
  rows: Int32Array;
  columns: Int32Array;
  values: Float32Array;
}

/** The nonzero values of a dense row-major matrix with their coordinates, like torch's `to_sparse_coo`. */
export function toCoo(dense: Float32Array, shape: readonly [rows: number, columns: number]): CooMatrix {
  const [rowCount, columnCount] = shape;
  let count = 0;
  for (let i = 0; i < dense.length; i++) if (dense[i] !== 0) count++;
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  const values = new Float32Array(count);
  let at = 0;
  for (let row = 0, i = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++, i++) {
      const value = dense[i]!;
      if (value === 0) continue;
      rows[at] = row;
      columns[at] = column;
      values[at++] = value;
    }
  }
  return { shape, rows, columns, values };
}

/**
 * Sparse (n, k) times dense (k, m), plus `bias` (m) in every row: (n, m). Each entry adds a scaled row of
 * `dense`. Four entries of a row are processed together, so that the sums are read and written a quarter as often.
 */
export function multiplyCoo(
  { shape, rows, columns, values }: CooMatrix,
  { data, shape: [, width] }: { data: Float32Array; shape: readonly [rows: number, columns: number] },
  bias: Float32Array,
): Float32Array {
  const product = new Float32Array(shape[0] * width);
  for (let row = 0; row < shape[0]; row++) product.set(bias, row * width);
  for (let i = 0; i < values.length;) {
    const row = rows[i]!;
    const target = row * width;
    if (rows[i + 3] === row) {
      const [a, b, c, d] = [values[i]!, values[i + 1]!, values[i + 2]!, values[i + 3]!];
      const [fromA, fromB] = [columns[i]! * width, columns[i + 1]! * width];
      const [fromC, fromD] = [columns[i + 2]! * width, columns[i + 3]! * width];
      for (let j = 0; j < width; j++) {
        product[target + j]! +=
          a * data[fromA + j]! + b * data[fromB + j]! + c * data[fromC + j]! + d * data[fromD + j]!;
      }
      i += 4;
    } else {
      const value = values[i]!;
      const from = columns[i]! * width;
      for (let j = 0; j < width; j++) product[target + j]! += value * data[from + j]!;
      i++;
    }
  }
  return product;
}

/** A sparse matrix as coordinates: the entry at (rows[i], columns[i]) is values[i]; row by row, no zeros. */
export interface CooMatrix {
  shape: readonly [rows: number, columns: number];
  rows: Int32Array;
  columns: Int32Array;
  values: Float32Array;
}

/** The non-zero values of a dense row-major matrix with their coordinates, as torch's `to_sparse_coo` gives them. */
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
 * Sparse (n, k) times dense (k, m), plus `bias` (m) in every row: (n, m). One scaled row of `dense` is added
 * for each entry, in float32, as torch's CPU kernel for a COO matrix does.
 */
export function multiplyCoo(
  sparse: CooMatrix,
  dense: { data: Float32Array; shape: readonly [rows: number, columns: number] },
  bias: Float32Array,
): Float32Array {
  const width = dense.shape[1];
  const product = new Float32Array(sparse.shape[0] * width);
  for (let row = 0; row < sparse.shape[0]; row++) product.set(bias, row * width);
  const { rows, columns, values } = sparse;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const target = product.subarray(rows[i]! * width, (rows[i]! + 1) * width);
    const source = dense.data.subarray(columns[i]! * width, (columns[i]! + 1) * width);
    for (let j = 0; j < width; j++) target[j]! += value * source[j]!;
  }
  return product;
}

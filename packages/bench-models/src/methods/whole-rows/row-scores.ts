import type { Table } from '@ds/data-sparsifier';
import type { TableImportance } from '@ds/table-compression';

/**
 * The increase of the log loss when each row is pruned, to second order and up to a factor: f w^T H w.
 *
 * @param table (rows, dim)
 * @returns (rows)
 */
export function rowScores(
  { data, shape }: Table,
  { accesses, curvature }: Pick<TableImportance, 'accesses' | 'curvature'>,
): Float32Array {
  const [rows, dim] = shape as [number, number];
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    if (accesses[row] === 0) continue;
    let sum = 0;
    for (let i = 0; i < dim; i++) {
      let product = 0;
      for (let j = 0; j < dim; j++) product += curvature[i * dim + j]! * data[row * dim + j]!;
      sum += data[row * dim + i]! * product;
    }
    scores[row] = accesses[row]! * Math.max(0, sum);
  }
  return scores;
}

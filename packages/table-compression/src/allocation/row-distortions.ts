import {
  MixedPrecisionTable,
  roundRows,
  unpackFusedRows,
  type StoredRowBits,
  type Table,
} from '@ds/data-sparsifier';
import type { TableImportance } from '../importance/table-importance.js';

// Rows rounded at a time.
const rowsAtOnce = 4096;

/**
 * The cost of storing each row with a number of bits per value: accesses x e^T curvature e, where e is the error of the row
 * when rounded by `MixedPrecisionTable.fromDense`. With 0 bits the row reads as zeros.
 *
 * @param table (rows, dim)
 * @returns (rows)
 * @throws RangeError naming the row and column of a value that the bits cannot represent
 */
export function rowDistortions(
  { data, shape }: Table,
  bits: 0 | StoredRowBits,
  { accesses, curvature }: TableImportance,
): Float32Array<ArrayBuffer> {
  const [rows, dim] = shape as [number, number];
  const distortions = new Float32Array(rows);
  if (bits === 32) return distortions;
  const error = new Float64Array(dim);
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const values = data.subarray(start * dim, Math.min(start + rowsAtOnce, rows) * dim);
    const stored = bits === 0 ? undefined : roundedValues(values, dim, bits, curvature);
    for (let from = 0, row = start; from < values.length; from += dim, row++) {
      distortions[row] = accesses[row]! * weightedSquare(values, stored, from, dim, curvature, error);
    }
  }
  return distortions;
}

/** (rows, dim), the values after rounding. */
function roundedValues(
  values: Float32Array,
  dim: number,
  bits: Exclude<StoredRowBits, 32>,
  curvature: Float64Array,
): Float32Array {
  if (bits === 16) {
    const rows = values.length / dim;
    const table = { data: values, shape: [rows, dim] };
    return MixedPrecisionTable.fromDense({ table, bits: new Uint8Array(rows).fill(bits) }).toDense();
  }
  const packed = roundRows({ values, dim, bits, rounding: 'curvature', curvature });
  return unpackFusedRows({ packed, dim, bits });
}

/** e^T curvature e of one row, e being stored - values, which is written to `error`; the curvature is symmetric. */
function weightedSquare(
  values: Float32Array,
  stored: Float32Array | undefined,
  from: number,
  dim: number,
  curvature: Float64Array,
  error: Float64Array,
): number {
  for (let i = 0; i < dim; i++) error[i] = (stored ? stored[from + i]! : 0) - values[from + i]!;
  let sum = 0;
  for (let i = 0, row = 0; i < dim; i++, row += dim) {
    let product = 0.5 * curvature[row + i]! * error[i]!;
    for (let j = 0; j < i; j++) product += curvature[row + j]! * error[j]!;
    sum += 2 * error[i]! * product;
  }
  return sum;
}

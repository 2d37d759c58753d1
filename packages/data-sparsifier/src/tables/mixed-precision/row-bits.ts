import { fromFloat16 } from '../../quantization/float16.js';
import { rowBytesOf, unpackRow } from '../../quantization/quantized-row-format.js';

/** The possible numbers of bits per value, ascending. */
export const storedRowBits = [1, 2, 4, 8, 16, 32] as const;

/**
 * Bits per value of a stored row. 1, 2, 4 and 8 are codes with the row's scale and minimum; 16 is float16 and 32 is float32.
 * A row of 0 bits is not stored and reads as zeros.
 */
export type StoredRowBits = (typeof storedRowBits)[number];

/** Whether a stored row may have this number of bits. */
export function isStoredRowBits(bits: number): bits is StoredRowBits {
  return (storedRowBits as readonly number[]).includes(bits);
}

/**
 * Bytes of one stored row of `dim` values. Up to 8 bits, rows are fused rows like those of `roundRows`: codes, the first in
 * the lowest bits of its byte, a float16 scale and a float16 minimum. With 16 and 32 bits, rows are only the values. All
 * numbers are little-endian.
 */
export function storedRowBytes(bits: StoredRowBits, dim: number): number {
  return bits >= 16 ? (dim * bits) / 8 : rowBytesOf({ bits: bits as CodeBits, scaleType: 'float16' }, dim);
}

type CodeBits = 1 | 2 | 4 | 8;

/** Reads the `dim` values of the stored row at byte `from` into `out` from index `to` on. */
export function readStoredRow(
  rows: DataView,
  from: number,
  bits: StoredRowBits,
  dim: number,
  out: Float32Array,
  to: number,
): void {
  const row = new DataView(rows.buffer, rows.byteOffset + from, storedRowBytes(bits, dim));
  if (bits === 32) {
    for (let column = 0; column < dim; column++) out[to + column] = row.getFloat32(4 * column, true);
  } else if (bits === 16) {
    for (let column = 0; column < dim; column++) {
      out[to + column] = fromFloat16(row.getUint16(2 * column, true));
    }
  } else {
    unpackRow(row, out, to, dim, { bits, scaleType: 'float16' });
  }
}

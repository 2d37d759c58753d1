import { fromFloat16 } from '../../quantization/float16.js';
import { rowBytesOf, unpackRow } from '../../quantization/quantized-row-format.js';

/** The bits of a value that rows may have, fewest first. */
export const storedRowBits = [1, 2, 4, 8, 16, 32] as const;

/**
 * Bits of each value of a row that is stored. 1, 2, 4 and 8 are codes of the row's own scale and minimum; 16 is float16
 * and 32 float32. A row of 0 bits is not stored and reads as zeros.
 */
export type StoredRowBits = (typeof storedRowBits)[number];

/** Whether a number is one of the bits that a stored row may have. */
export function isStoredRowBits(bits: number): bits is StoredRowBits {
  return (storedRowBits as readonly number[]).includes(bits);
}

/**
 * Bytes of one stored row of `dim` values. Up to 8 bits they are fused rows as `roundRows` makes them: codes, the first
 * one lowest in its byte, a float16 scale and a float16 minimum. 16 and 32 bits are the values alone. All little-endian.
 */
export function storedRowBytes(bits: StoredRowBits, dim: number): number {
  return bits >= 16 ? (dim * bits) / 8 : rowBytesOf({ bits: bits as CodeBits, scaleType: 'float16' }, dim);
}

type CodeBits = 1 | 2 | 4 | 8;

/** Reads the stored row that begins at byte `from` into `out` from value `to`, `dim` values. */
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

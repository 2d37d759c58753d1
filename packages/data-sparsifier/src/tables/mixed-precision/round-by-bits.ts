import { roundRows } from '../../quantization/round-rows.js';
import { toFloat16 } from '../../quantization/float16.js';
import { maxFloat16 } from '../../quantization/quantized-row-format.js';
import { storedRowBits, storedRowBytes, type StoredRowBits } from './row-bits.js';
import type { RowsOfBits } from './row-classes.js';

// Rows rounded at a time.
const rowsAtOnce = 4096;

/**
 * Rounds the rows of a dense table, each to its own number of bits, in the form for `MixedPrecisionTable.fromRows`.
 *
 * @param data (rows, dim)
 * @param bits (rows), 0 for rows that are not stored
 * @param curvature (dim, dim): rows of codes are rounded with errors carried through it; default: to the nearest code
 * @throws RangeError naming the row and column of a value that the row's bits cannot represent
 */
export function roundByBits({
  data,
  dim,
  bits,
  rowsOfBits,
  curvature,
}: {
  data: Float32Array;
  dim: number;
  bits: Uint8Array;
  rowsOfBits: RowsOfBits;
  curvature?: Float64Array | undefined;
}): Partial<Record<StoredRowBits, Uint8Array>> {
  const rounded = storedRowBits.map((ofClass) => {
    const count = rowsOfBits[ofClass] ?? 0;
    const rowBytes = storedRowBytes(ofClass, dim);
    const packed = new Uint8Array(count * rowBytes);
    if (count === 0) return [ofClass, packed] as const;
    const values = new Float32Array(rowsAtOnce * dim);
    let held = 0;
    let to = 0;
    const round = () => {
      const ready = values.subarray(0, held * dim);
      packed.set(roundTo(ofClass, ready, dim, curvature), to);
      to += held * rowBytes;
      held = 0;
    };
    for (let row = bits.indexOf(ofClass); row >= 0; row = bits.indexOf(ofClass, row + 1)) {
      const of = data.subarray(row * dim, (row + 1) * dim);
      checkRow(of, row, ofClass);
      values.set(of, held++ * dim);
      if (held === rowsAtOnce) round();
    }
    if (held > 0) round();
    return [ofClass, packed] as const;
  });
  return Object.fromEntries(rounded);
}

function roundTo(
  bits: StoredRowBits,
  values: Float32Array,
  dim: number,
  curvature: Float64Array | undefined,
): Uint8Array {
  if (bits === 32 || bits === 16) {
    const view = new DataView(new ArrayBuffer((values.length * bits) / 8));
    values.forEach((value, at) => {
      if (bits === 32) view.setFloat32(4 * at, value, true);
      else view.setUint16(2 * at, toFloat16(value), true);
    });
    return new Uint8Array(view.buffer);
  }
  return curvature
    ? roundRows({ values, dim, bits, rounding: 'curvature', curvature })
    : roundRows({ values, dim, bits, rounding: 'nearest' });
}

function checkRow(values: Float32Array, row: number, bits: StoredRowBits): void {
  const largest = bits === 32 ? Number.MAX_VALUE : maxFloat16;
  const column = values.findIndex((value) => !(Math.abs(value) <= largest));
  if (column < 0) return;
  throw new RangeError(
    `cannot store row ${row}, column ${column} in ${bits} bits: ` +
      `expected a finite value${bits === 32 ? '' : ` within ${largest}`}, found ${values[column]}`,
  );
}

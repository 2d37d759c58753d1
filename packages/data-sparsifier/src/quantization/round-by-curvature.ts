import { errorCarry, type ErrorCarry } from './error-carry.js';
import { fromFloat16 } from './float16.js';
import { codeBytesOf, halfScales, putCode, rangeOf, rowBytesOf } from './quantized-row-format.js';
import { roundHalfToEven } from './round-half-to-even.js';
import { roundingKernel } from './rounding-kernel.js';
import { triedRanges, type RowsToRound } from './rows-to-round.js';

/**
 * Rounds rows so that e^T H e is small, where e is the error of a row and H the curvature plus a hundredth of its mean
 * diagonal. A row is rounded column by column, and later columns compensate for the error of a column as far as H allows
 * (GPTQ, Frantar et al. 2022, https://arxiv.org/abs/2210.17323; here with one curvature for all rows of a table). Of
 * several ranges of codes, the one with the smallest e^T H e is used. Uses a WebAssembly kernel if available.
 *
 * @returns (rows, bytes of a row)
 * @throws RangeError if the curvature is not positive semidefinite.
 */
export function roundByCurvature(rows: RowsToRound): Uint8Array<ArrayBuffer> {
  const carry = errorCarry(rows.curvature, rows.dim);
  return roundingKernel()?.round(rows, carry) ?? roundReference(rows, carry);
}

/** The reference for the kernel: the same bytes, about ten times slower. All arithmetic is in float64. */
export function roundReference(
  { values, dim, bits }: RowsToRound,
  carry: ErrorCarry,
): Uint8Array<ArrayBuffer> {
  const rowBytes = rowBytesOf({ bits, scaleType: 'float16' }, dim);
  const scalesAt = codeBytesOf({ bits, scaleType: 'float16' }, dim);
  const rows = values.length / dim;
  const packed = new Uint8Array(rows * rowBytes);
  const { ranges, step } = triedRanges[bits];
  for (let row = 0; row < rows; row++) {
    const ofRow = values.subarray(row * dim, (row + 1) * dim);
    const { smallest, largest } = rangeOf(ofRow);
    let best: ReturnType<typeof carryErrors> = { cost: Infinity, codes: new Uint8Array(dim) };
    let bestScales = { scale: 0, offset: 0 };
    for (let range = 0; range < ranges; range++) {
      const inset = range * step * (largest - smallest);
      const scales = halfScales(Math.fround(smallest + inset), Math.fround(largest - inset), bits);
      const rounded = carryErrors(ofRow, scales, 2 ** bits - 1, carry);
      if (rounded.cost >= best.cost) continue;
      best = rounded;
      bestScales = scales;
    }
    const view = new DataView(packed.buffer, row * rowBytes, rowBytes);
    best.codes.forEach((code, column) => putCode(view, column, bits, code));
    view.setUint16(scalesAt, bestScales.scale, true);
    view.setUint16(scalesAt + 2, bestScales.offset, true);
  }
  return packed;
}

/** The codes of a row within one range, with float16 scales, and their e^T H e. */
function carryErrors(
  values: Float32Array,
  scales: { scale: number; offset: number },
  highestCode: number,
  { carry, weights }: ErrorCarry,
): { cost: number; codes: Uint8Array } {
  const dim = values.length;
  const scale = fromFloat16(scales.scale);
  const offset = fromFloat16(scales.offset);
  const wanted = Float64Array.from(values);
  const codes = new Uint8Array(dim);
  let cost = 0;
  for (let column = 0; column < dim; column++) {
    const code = Math.max(0, Math.min(highestCode, roundHalfToEven((wanted[column]! - offset) / scale)));
    codes[column] = code;
    const error = code * scale + offset - wanted[column]!;
    cost += error * error * weights[column]!;
    for (let later = column + 1; later < dim; later++) {
      wanted[later]! += error * carry[column * dim + later]!;
    }
  }
  return { cost, codes };
}

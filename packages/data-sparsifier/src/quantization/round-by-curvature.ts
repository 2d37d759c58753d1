import { roundHalfToEven } from './round-half-to-even.js';
import { fromFloat16 } from './float16.js';
import { codeBytesOf, halfScales, putCode, rangeOf, rowBytesOf } from './quantized-row-format.js';
import { errorCarry } from './error-carry.js';

/**
 * Rounds rows column by column: what a column's rounding misses is made up for, as far as the curvature lets it, by the
 * columns behind it (GPTQ, Frantar et al. 2022, https://arxiv.org/abs/2210.17323; here one curvature for all
 * rows of a table). All arithmetic is in float64.
 *
 * @param values (rows, dim), finite and within float16
 * @param curvature (dim, dim)
 * @returns (rows, bytes of a row)
 * @throws RangeError when the curvature is not positive semidefinite.
 */
export function roundByCurvature({
  values,
  dim,
  bits,
  curvature,
}: {
  values: Float32Array;
  dim: number;
  bits: 8 | 4 | 2 | 1;
  curvature: Float64Array;
}): Uint8Array<ArrayBuffer> {
  const { carry } = errorCarry(curvature, dim);
  const rowBytes = rowBytesOf({ bits, scaleType: 'float16' }, dim);
  const scalesAt = codeBytesOf({ bits, scaleType: 'float16' }, dim);
  const rows = values.length / dim;
  const packed = new Uint8Array(rows * rowBytes);
  const highestCode = 2 ** bits - 1;
  const wanted = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    const ofRow = values.subarray(row * dim, (row + 1) * dim);
    const view = new DataView(packed.buffer, row * rowBytes, rowBytes);
    const { smallest, largest } = rangeOf(ofRow);
    const half = halfScales(smallest, largest, bits);
    view.setUint16(scalesAt, half.scale, true);
    view.setUint16(scalesAt + 2, half.offset, true);
    const scale = fromFloat16(half.scale);
    const offset = fromFloat16(half.offset);
    wanted.set(ofRow);
    for (let column = 0; column < dim; column++) {
      const nearest = roundHalfToEven((wanted[column]! - offset) / scale);
      const code = Math.max(0, Math.min(highestCode, nearest));
      putCode(view, column, bits, code);
      const error = code * scale + offset - wanted[column]!;
      for (let later = column + 1; later < dim; later++) {
        wanted[later]! += error * carry[column * dim + later]!;
      }
    }
  }
  return packed;
}

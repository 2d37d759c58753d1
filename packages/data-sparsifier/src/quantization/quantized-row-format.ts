import { fromFloat16, toFloat16 } from './float16.js';
import { roundHalfToEven } from './round-half-to-even.js';

/**
 * How one row is packed: its codes of 8, 4, 2 or 1 bits (several per byte, the first in the lowest bits), then its scale,
 * then its offset, both float32 or both float16, little-endian. These are FBGEMM's fused row-wise layouts, as written by
 * PyTorch's `embedding_bag_byte_prepack` (8 bits, float32), `embedding_bag_4bit_prepack` and `embedding_bag_2bit_prepack`
 * (float16).
 */
export interface QuantizedRowFormat {
  bits: 8 | 4 | 2 | 1;
  scaleType: 'float32' | 'float16';
}

/** The largest finite float16. */
export const maxFloat16 = 65504;

/** Bytes of the codes of a row. */
export function codeBytesOf({ bits }: QuantizedRowFormat, dim: number): number {
  return Math.ceil((dim * bits) / 8);
}

/** Bytes of a packed row. */
export function rowBytesOf(format: QuantizedRowFormat, dim: number): number {
  return codeBytesOf(format, dim) + (format.scaleType === 'float32' ? 8 : 4);
}

/**
 * Whether float32 scales can describe a row of finite values from `smallest` to `largest`: its range and the value of the
 * highest code must also be finite. Float16 scales always can, within float16's range.
 */
export function fitsFloat32Scales(smallest: number, largest: number, bits: number): boolean {
  const { fround } = Math;
  const steps = 2 ** bits - 1;
  const scale = fround(fround(largest - smallest) / steps);
  return Number.isFinite(fround(steps * scale + smallest));
}

/**
 * Packs the row `values` (dim) into `packed` (rowBytesOf), rounding as FBGEMM does
 * (pytorch/FBGEMM, src/QuantUtils.cc: FloatOrHalfToFused8BitRowwiseQuantizedSBFloatRef and
 * FloatOrHalfToFusedNBitRowwiseQuantizedSBHalfRef). All arithmetic is in float32, as there. The codes span
 * `smallest` to `largest`, by default the row's own range; values beyond are clamped.
 */
export function packRow(
  values: Float32Array,
  packed: DataView,
  format: QuantizedRowFormat,
  { smallest, largest }: { smallest: number; largest: number } = rangeOf(values),
): void {
  const { fround } = Math;
  const steps = 2 ** format.bits - 1;
  const scalesAt = codeBytesOf(format, values.length);
  let inverseScale: number;
  let offset: number;
  if (format.scaleType === 'float32') {
    offset = smallest;
    const range = fround(largest - smallest);
    packed.setFloat32(scalesAt, fround(range / steps), true);
    packed.setFloat32(scalesAt + 4, offset, true);
    inverseScale = fround(steps / fround(range + fround(1e-8)));
  } else {
    const half = halfScales(smallest, largest, format.bits);
    offset = fromFloat16(half.offset);
    inverseScale = fround(1 / fromFloat16(half.scale));
    packed.setUint16(scalesAt, half.scale, true);
    packed.setUint16(scalesAt + 2, half.offset, true);
  }
  for (let column = 0; column < values.length; column++) {
    const code = roundHalfToEven(fround(fround(values[column]! - offset) * inverseScale));
    putCode(packed, column, format.bits, Math.max(0, Math.min(steps, code)));
  }
}

/** The smallest and the largest of the values; 0 if there are none. */
export function rangeOf(values: Float32Array): { smallest: number; largest: number } {
  let smallest = values[0] ?? 0;
  let largest = smallest;
  for (const value of values) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return { smallest, largest };
}

/** The float16 scale and offset, as bits, of codes that span `smallest` to `largest`. */
export function halfScales(
  smallest: number,
  largest: number,
  bits: number,
): { scale: number; offset: number } {
  const { fround } = Math;
  const offset = toFloat16(smallest);
  const range = fround(largest - fromFloat16(offset));
  const scale = toFloat16(range === 0 ? 1 : Math.min(fround(range / (2 ** bits - 1)), maxFloat16));
  // If the scale is too small for float16, or for its inverse to be finite, the row is practically constant.
  const isUsable = scale !== 0 && Number.isFinite(fround(1 / fromFloat16(scale)));
  return { scale: isUsable ? scale : toFloat16(1), offset };
}

/** Writes the code of a column; columns are written in order, because the first one of a byte clears the others. */
export function putCode(packed: DataView, column: number, bits: number, code: number): void {
  const at = (column * bits) >> 3;
  const shift = (column * bits) & 7;
  packed.setUint8(at, shift === 0 ? code : packed.getUint8(at) | (code << shift));
}

/** Reads a packed row into `out` (dim) from `to`. */
export function unpackRow(
  packed: DataView,
  out: Float32Array,
  to: number,
  dim: number,
  format: QuantizedRowFormat,
): void {
  const scalesAt = codeBytesOf(format, dim);
  const isFloat32 = format.scaleType === 'float32';
  const scale = isFloat32 ? packed.getFloat32(scalesAt, true) : fromFloat16(packed.getUint16(scalesAt, true));
  const offset = isFloat32
    ? packed.getFloat32(scalesAt + 4, true)
    : fromFloat16(packed.getUint16(scalesAt + 2, true));
  const { bits } = format;
  const highestCode = 2 ** bits - 1;
  for (let column = 0; column < dim; column++) {
    const code = (packed.getUint8((column * bits) >> 3) >>> ((column * bits) & 7)) & highestCode;
    // PyTorch uses a fused multiply-add: in float64 the product is exact, and the store rounds once.
    out[to + column] = code * scale + offset;
  }
}

import { fromFloat16, toFloat16 } from './float16.js';
import { roundHalfToEven } from '../round-half-to-even.js';

/**
 * How one row is packed: its codes of 8 or 4 bits (two to a byte, the lower one first), then its scale, then its
 * offset, both float32 or both float16, little-endian. These are FBGEMM's fused row-wise layouts, which PyTorch's
 * `embedding_bag_byte_prepack` (8 bits, float32) and `embedding_bag_4bit_prepack` (4 bits, float16) write.
 */
export interface QuantizedRowFormat {
  bits: 8 | 4;
  scaleType: 'float32' | 'float16';
}

/** Bytes of the codes of a row. */
export function codeBytesOf({ bits }: QuantizedRowFormat, dim: number): number {
  return Math.ceil((dim * bits) / 8);
}

/** Bytes of a packed row. */
export function rowBytesOf(format: QuantizedRowFormat, dim: number): number {
  return codeBytesOf(format, dim) + (format.scaleType === 'float32' ? 8 : 4);
}

/**
 * Whether float32 scales can describe a row of finite values from `smallest` to `largest`: its range, and what the
 * highest code reads as, must be finite too. Float16 scales always can, within float16's range.
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
 * FloatOrHalfToFusedNBitRowwiseQuantizedSBHalfRef). All arithmetic is in float32, as there.
 */
export function packRow(values: Float32Array, packed: DataView, format: QuantizedRowFormat): void {
  let smallest = values[0] ?? 0;
  let largest = smallest;
  for (const value of values) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
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
    const halfOffset = toFloat16(smallest);
    offset = fromFloat16(halfOffset);
    const range = fround(largest - offset);
    let halfScale = toFloat16(range === 0 ? 1 : fround(range / steps));
    // A scale too small for float16, or for its inverse to be a number: the row is as good as constant.
    if (halfScale === 0 || !Number.isFinite(fround(1 / fromFloat16(halfScale)))) halfScale = toFloat16(1);
    inverseScale = fround(1 / fromFloat16(halfScale));
    packed.setUint16(scalesAt, halfScale, true);
    packed.setUint16(scalesAt + 2, halfOffset, true);
  }
  for (let column = 0; column < values.length; column++) {
    const code = roundHalfToEven(fround(fround(values[column]! - offset) * inverseScale));
    const inRange = Math.max(0, Math.min(steps, code));
    if (format.bits === 8) packed.setUint8(column, inRange);
    else if (column % 2 === 0) packed.setUint8(column >> 1, inRange);
    else packed.setUint8(column >> 1, packed.getUint8(column >> 1) | (inRange << 4));
  }
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
  for (let column = 0; column < dim; column++) {
    const code =
      format.bits === 8
        ? packed.getUint8(column)
        : (packed.getUint8(column >> 1) >>> (4 * (column % 2))) & 15;
    // PyTorch fuses the product and the sum: in float64 the product is exact, and the store rounds once.
    out[to + column] = code * scale + offset;
  }
}

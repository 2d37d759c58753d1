// The rounding of ../src/quantization/round-by-curvature.ts as WebAssembly with SIMD; the same operations in the same
// order, so that the codes are the same.
import { fromHalf, toHalf } from './half-floats';

/**
 * Rounds `rows` rows of `dim` float32 values, each within the cheapest of `ranges` ranges: the row's own range, narrowed at
 * both ends by 0, 1, 2 ... times `step`.
 *
 * @param carry (dim, dim rounded up to 2) float64, aligned to 16 bytes
 * @param weights (dim) float64
 * @param scratch room for dim + 1 float64, aligned to 16 bytes, then 2 x dim bytes
 * @param packed room for the fused rows, zeroed
 */
export function roundRowsByCurvature(
  values: usize,
  rows: u32,
  dim: u32,
  bits: u32,
  carry: usize,
  weights: usize,
  ranges: u32,
  step: f64,
  scratch: usize,
  packed: usize,
): void {
  const stride: usize = <usize>(((dim + 1) >> 1) << 4);
  const codeBytes: usize = (<usize>dim * bits + 7) >> 3;
  const steps = <f64>((1 << bits) - 1);
  const codes = scratch + stride;
  const bestCodes = codes + dim;
  for (let row: u32 = 0; row < rows; row++) {
    let smallest = load<f32>(values);
    let largest = smallest;
    for (let column: u32 = 1; column < dim; column++) {
      const value = load<f32>(values + ((<usize>column) << 2));
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
    const width = <f64>largest - <f64>smallest;
    let leastCost: f64 = Infinity;
    let bestScale: u16 = 0;
    let bestOffset: u16 = 0;
    for (let range: u32 = 0; range < ranges; range++) {
      const inset = <f64>range * step * width;
      const halfOffset = toHalf(<f32>(<f64>smallest + inset));
      const offset = <f64>fromHalf(halfOffset);
      const between: f32 = <f32>(<f64>largest - inset) - <f32>offset;
      let halfScale = toHalf(between == 0 ? 1 : min<f32>(between / <f32>steps, 65504));
      if ((halfScale & 0x7fff) == 0) halfScale = 0x3c00;
      const scale = <f64>fromHalf(halfScale);
      const cost = carryErrors(
        values,
        dim,
        carry,
        weights,
        stride,
        offset,
        scale,
        steps,
        leastCost,
        scratch,
        codes,
      );
      if (cost < leastCost) {
        leastCost = cost;
        bestScale = halfScale;
        bestOffset = halfOffset;
        memory.copy(bestCodes, codes, dim);
      }
    }
    for (let column: u32 = 0; column < dim; column++) {
      const bit = column * bits;
      const at = packed + (bit >> 3);
      store<u8>(at, load<u8>(at) | (load<u8>(bestCodes + column) << u8(bit & 7)));
    }
    store<u16>(packed + codeBytes, bestScale);
    store<u16>(packed + codeBytes, bestOffset, 2);
    values += (<usize>dim) << 2;
    packed += codeBytes + 4;
  }
}

/** Writes the codes of a row within one range and returns their cost, or any number >= `limit` if it is not below. */
function carryErrors(
  values: usize,
  dim: u32,
  carry: usize,
  weights: usize,
  stride: usize,
  offset: f64,
  scale: f64,
  steps: f64,
  limit: f64,
  wanted: usize,
  codes: usize,
): f64 {
  for (let column: usize = 0; column < <usize>dim; column++) {
    store<f64>(wanted + (column << 3), <f64>load<f32>(values + (column << 2)));
  }
  let cost: f64 = 0;
  for (let column: usize = 0; column < <usize>dim; column++, carry += stride) {
    const value = load<f64>(wanted + (column << 3));
    const code = max<f64>(0, min<f64>(steps, nearest((value - offset) / scale)));
    store<u8>(codes + column, <u8>code);
    const error = code * scale + offset - value;
    cost += error * error * load<f64>(weights + (column << 3));
    if (cost >= limit) return cost;
    // Starts at an even column; the carry to the column itself is 0.
    const errors = f64x2.splat(error);
    for (let at: usize = ((column + 1) & ~1) << 3; at < stride; at += 16) {
      v128.store(wanted + at, f64x2.add(v128.load(wanted + at), f64x2.mul(errors, v128.load(carry + at))));
    }
  }
  return cost;
}

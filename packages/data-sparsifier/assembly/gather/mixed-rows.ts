// Converts rows of 1, 2, 4, 8, 16 or 32 bits per value (../src/tables/mixed-precision/row-bits.ts) to float32.
import { fromFourHalves, loadTwoHalves } from '../half-floats';

/** The rows of a class, up to 32: their addresses and their destinations. */
export const rowsOfClass = memory.data(4 * 32);
export const placesOfClass = memory.data(4 * 32);

/** Expands `count` rows. */
export function expandRows(bits: u32, dim: u32, count: u32): void {
  for (let row: usize = 0; row < <usize>count; row++) {
    const from: usize = load<u32>(rowsOfClass + (row << 2));
    const out: usize = load<u32>(placesOfClass + (row << 2));
    if (bits == 32) copyFloats(from, dim, out);
    else if (bits == 16) expandHalves(from, dim, out);
    else expandCodes(bits, from, dim, out);
  }
}

function copyFloats(from: usize, dim: u32, out: usize): void {
  let column: u32 = 0;
  for (; column + 4 <= dim; column += 4, from += 16, out += 16) v128.store(out, v128.load(from));
  for (; column < dim; column++, from += 4, out += 4) store<u32>(out, load<u32>(from));
}

function expandHalves(from: usize, dim: u32, out: usize): void {
  let column: u32 = 0;
  for (; column + 4 <= dim; column += 4, from += 8, out += 16) {
    v128.store(out, fromFourHalves(i32x4.extend_low_i16x8_u(v128.load64_zero(from))));
  }
  for (; column < dim; column++, from += 2, out += 4) {
    store<f32>(out, f32x4.extract_lane(fromFourHalves(i32x4.splat(load<u16>(from))), 0));
  }
}

// An 8-bit code times a scale of 11 significant bits is exact in float32, so only the sum is rounded.
function expandCodes(bits: u32, from: usize, dim: u32, out: usize): void {
  const scales = loadTwoHalves(from + <usize>((dim * bits + 7) >> 3));
  const scale = v128.shuffle<i32>(scales, scales, 0, 0, 0, 0);
  const minimum = v128.shuffle<i32>(scales, scales, 1, 1, 1, 1);
  let column: u32 = 0;
  if (bits == 8) {
    for (; column + 16 <= dim; column += 16, from += 16, out += 64) {
      store16(out, v128.load(from), scale, scale, minimum);
    }
  } else if (bits == 4) {
    for (; column + 16 <= dim; column += 16, from += 8, out += 64) {
      const pairs = v128.load64_zero(from);
      const low = v128.and(pairs, i8x16.splat(15));
      const high = i8x16.shr_u(pairs, 4);
      const codes = i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      store16(out, codes, scale, scale, minimum);
    }
  } else if (bits == 2) {
    // Codes are not shifted within their bytes; their scales compensate for it exactly, by powers of 2.
    const shifted = f32x4.mul(scale, f32x4(1, 0.25, 0.0625, 0.015625));
    for (; column + 16 <= dim; column += 16, from += 4, out += 64) {
      const fours = v128.load32_zero(from);
      const copies = i8x16.shuffle(fours, fours, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
      store16(out, v128.and(copies, i32x4.splat(0xc0300c03)), shifted, shifted, minimum);
    }
  } else {
    const even = f32x4.mul(scale, f32x4(1, 0.5, 0.25, 0.125));
    const odd = f32x4.mul(scale, f32x4(0.0625, 0.03125, 0.015625, 0.0078125));
    for (; column + 16 <= dim; column += 16, from += 2, out += 64) {
      const eights = i16x8.splat(load<u16>(from));
      const copies = i8x16.shuffle(eights, eights, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
      store16(out, v128.and(copies, i64x2.splat(0x8040201008040201)), even, odd, minimum);
    }
  }
  const oneScale = f32x4.extract_lane(scale, 0);
  const oneMinimum = f32x4.extract_lane(minimum, 0);
  // `from` is at the first byte of the remaining codes.
  for (let bit: u32 = 0; column < dim; column++, bit += bits, out += 4) {
    const code = ((<u32>load<u8>(from + <usize>(bit >> 3))) >> (bit & 7)) & ((1 << bits) - 1);
    store<f32>(out, <f32>code * oneScale + oneMinimum);
  }
}

/** 16 values of 16 codes. Of every eight, the first four have the scale `even`, the others `odd`. */
function store16(out: usize, codes: v128, even: v128, odd: v128, minimum: v128): void {
  const low = i16x8.extend_low_i8x16_u(codes);
  const high = i16x8.extend_high_i8x16_u(codes);
  store4(out, i32x4.extend_low_i16x8_u(low), even, minimum);
  store4(out + 16, i32x4.extend_high_i16x8_u(low), odd, minimum);
  store4(out + 32, i32x4.extend_low_i16x8_u(high), even, minimum);
  store4(out + 48, i32x4.extend_high_i16x8_u(high), odd, minimum);
}

function store4(out: usize, codes: v128, scale: v128, minimum: v128): void {
  v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(codes), scale), minimum));
}

// Projected rows (../src/tables/mixed-precision/projection.ts), which are a few coefficients in a basis of their table; the
// same operations in the same order, so that the values are the same.
import { fromHalf } from './half-floats';
import { placesOfClass, rowsOfClass } from './mixed-rows';
import { touch } from './stored-rows';

/**
 * Expands a kind: to `expanded` the row whose codes are all 0, then what a code of 1 adds for each coefficient, (1 +
 * coefficients, dim) float32.
 *
 * @param basis (1 + directions, dim) float16: the mean, then the directions
 * @param coefficients a byte for the bits of each, then a float16 for the step of each
 */
export function expandKind(basis: usize, dim: u32, coefficients: usize, count: u32, expanded: usize): void {
  const vectorBytes: usize = (<usize>dim) << 2;
  for (let column: usize = 0; column < <usize>dim; column++) {
    store<f32>(expanded + (column << 2), <f32>fromHalf(load<u16>(basis + (column << 1))));
  }
  for (let place: u32 = 0; place < count; place++) {
    basis += (<usize>dim) << 1;
    const middle = <f32>((1 << (<i32>load<u8>(coefficients + place))) - 1) * 0.5;
    const step = fromHalf(load<u16>(coefficients + count + ((<usize>place) << 1)));
    const vector = expanded + vectorBytes * (1 + <usize>place);
    for (let column: usize = 0; column < <usize>dim; column++) {
      const value = <f32>(fromHalf(load<u16>(basis + (column << 1))) * step);
      store<f32>(vector + (column << 2), value);
      const origin = expanded + (column << 2);
      store<f32>(origin, load<f32>(origin) - middle * value);
    }
  }
}

function rowBitsOf(coefficients: usize, count: u32): u64 {
  let bits: u64 = 0;
  for (let place: u32 = 0; place < count; place++) bits += load<u8>(coefficients + place);
  return bits;
}

/** Has the processor fetch the `inClass` rows that are listed. */
export function touchProjectedRows(rows: usize, coefficients: usize, count: u32, inClass: u32): void {
  const rowBits = rowBitsOf(coefficients, count);
  for (let row: usize = 0; row < <usize>inClass; row++) {
    touch(rows + <usize>((load<u32>(rowsOfClass + (row << 2)) * rowBits) >> 3));
  }
}

/** Expands the `inClass` rows that are listed, by their places among the rows of the kind. */
export function expandProjectedRows(
  rows: usize,
  coefficients: usize,
  count: u32,
  expanded: usize,
  dim: u32,
  inClass: u32,
): void {
  const rowBits = rowBitsOf(coefficients, count);
  for (let row: usize = 0; row < <usize>inClass; row++) {
    const bit = load<u32>(rowsOfClass + (row << 2)) * rowBits;
    const out: usize = load<u32>(placesOfClass + (row << 2));
    let column: u32 = 0;
    for (; column + 16 <= dim; column += 16) {
      expandSixteen(rows, bit, coefficients, count, expanded, dim, column, out);
    }
    for (; column < dim; column++) expandOne(rows, bit, coefficients, count, expanded, dim, column, out);
  }
}

function expandSixteen(
  rows: usize,
  bit: u64,
  coefficients: usize,
  count: u32,
  expanded: usize,
  dim: u32,
  column: u32,
  out: usize,
): void {
  let vector = expanded + ((<usize>column) << 2);
  let a = v128.load(vector);
  let b = v128.load(vector, 16);
  let c = v128.load(vector, 32);
  let d = v128.load(vector, 48);
  for (let place: u32 = 0; place < count; place++) {
    const bits = <u32>load<u8>(coefficients + place);
    vector += (<usize>dim) << 2;
    const code = f32x4.splat(<f32>codeAt(rows, bit, bits));
    a = f32x4.add(a, f32x4.mul(code, v128.load(vector)));
    b = f32x4.add(b, f32x4.mul(code, v128.load(vector, 16)));
    c = f32x4.add(c, f32x4.mul(code, v128.load(vector, 32)));
    d = f32x4.add(d, f32x4.mul(code, v128.load(vector, 48)));
    bit += bits;
  }
  out += (<usize>column) << 2;
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

function expandOne(
  rows: usize,
  bit: u64,
  coefficients: usize,
  count: u32,
  expanded: usize,
  dim: u32,
  column: u32,
  out: usize,
): void {
  let vector = expanded + ((<usize>column) << 2);
  let value = load<f32>(vector);
  for (let place: u32 = 0; place < count; place++) {
    const bits = <u32>load<u8>(coefficients + place);
    vector += (<usize>dim) << 2;
    value += <f32>codeAt(rows, bit, bits) * load<f32>(vector);
    bit += bits;
  }
  store<f32>(out + ((<usize>column) << 2), value);
}

/** The code of up to 16 bits that begins at a bit. Reads 4 bytes, for which there is room behind the rows. */
function codeAt(rows: usize, bit: u64, bits: u32): u32 {
  return (load<u32>(rows + <usize>(bit >> 3)) >> (<u32>(bit & 7))) & ((1 << bits) - 1);
}

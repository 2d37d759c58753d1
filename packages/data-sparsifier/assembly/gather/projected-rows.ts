// Projected rows (../src/tables/mixed-precision/projection/projection.ts), which are a few coefficients in a basis of their table; the
// same operations in the same order, so that the values are the same.
import { fromHalf } from '../half-floats';
import { placesOfClass, rowsOfClass } from './mixed-rows';
import { touch } from './stored-rows';

/** An expanded kind: what its rows have in common, after it `codes`, and then the vectors. */
@unmanaged
export class ExpandedKind {
  /** How many coefficients have any bits; the others add nothing. */
  used!: u32;
  /** Bits of a row. */
  rowBits!: u32;
  /** (used): the first bit of a code in its row, and a mask of the bits of a code, 32 bits each. */
  codes!: u32;
  /** (1 + used, dim) float32: the row whose codes are all 0, then what a code of 1 adds. */
  vectors!: u32;
}
const kindBytes: usize = 16;
// One load returns so many bits from any bit on.
const bitsOfLoad: u32 = 57;

/**
 * Expands a kind to `expanded`, where there is room for an `ExpandedKind`, a code and a vector for each coefficient, and one vector.
 *
 * @param basis (1 + directions, dim) float16: the mean, then the directions
 * @param coefficients a byte for the bits of each, then a float16 for the step of each
 */
export function expandKind(basis: usize, dim: u32, coefficients: usize, count: u32, expanded: usize): void {
  const kind = changetype<ExpandedKind>(expanded);
  const vectorBytes: usize = (<usize>dim) << 2;
  const codes = expanded + kindBytes;
  const vectors = codes + 8 * <usize>count;
  for (let column: usize = 0; column < <usize>dim; column++) {
    store<f32>(vectors + (column << 2), <f32>fromHalf(load<u16>(basis + (column << 1))));
  }
  let rowBits: u32 = 0;
  let used: usize = 0;
  for (let place: u32 = 0; place < count; place++) {
    basis += (<usize>dim) << 1;
    const bits = <u32>load<u8>(coefficients + place);
    const highest = (1 << bits) - 1;
    const middle = <f32>(<i32>highest) * 0.5;
    const step = fromHalf(load<u16>(coefficients + count + ((<usize>place) << 1)));
    const vector = vectors + vectorBytes * (1 + used);
    for (let column: usize = 0; column < <usize>dim; column++) {
      const value = <f32>(fromHalf(load<u16>(basis + (column << 1))) * step);
      store<f32>(vector + (column << 2), value);
      const origin = vectors + (column << 2);
      store<f32>(origin, load<f32>(origin) - middle * value);
    }
    store<u32>(codes + (used << 3), rowBits);
    store<u32>(codes + (used << 3), highest, 4);
    rowBits += bits;
    // The next one overwrites a coefficient of no bits.
    used += <usize>(bits > 0);
  }
  kind.used = <u32>used;
  kind.rowBits = rowBits;
  kind.codes = <u32>codes;
  kind.vectors = <u32>vectors;
}

/** Has the processor fetch the `inClass` rows that are listed. */
export function touchProjectedRows(rows: usize, kind: ExpandedKind, inClass: u32): void {
  const rowBits = <u64>kind.rowBits;
  for (let row: usize = 0; row < <usize>inClass; row++) {
    touch(rows + <usize>((load<u32>(rowsOfClass + (row << 2)) * rowBits) >> 3));
  }
}

/** Expands the `inClass` rows that are listed, by their places among the rows of the kind. */
export function expandProjectedRows(rows: usize, kind: ExpandedKind, dim: u32, inClass: u32): void {
  const rowBits = kind.rowBits;
  for (let row: usize = 0; row < <usize>inClass; row++) {
    const bit = <u64>load<u32>(rowsOfClass + (row << 2)) * rowBits;
    const out: usize = load<u32>(placesOfClass + (row << 2));
    let column: u32 = 0;
    if (rowBits <= bitsOfLoad) {
      const word = load<u64>(rows + <usize>(bit >> 3)) >> (bit & 7);
      for (; column + 16 <= dim; column += 16) expandSixteen(word, 0, kind, dim, column, out);
    } else {
      for (; column + 16 <= dim; column += 16) expandSixteen(rows, bit, kind, dim, column, out);
    }
    for (; column < dim; column++) expandOne(rows, bit, kind, dim, column, out);
  }
}

/**
 * Sixteen values of a row. `codes` is either a u64 with all its codes, or the address of the rows, of which this one begins at
 * a bit; its type decides, so that the loop has no branch.
 */
function expandSixteen<Codes>(
  codes: Codes,
  bit: u64,
  kind: ExpandedKind,
  dim: u32,
  column: u32,
  out: usize,
): void {
  let vector: usize = kind.vectors + (column << 2);
  let code: usize = kind.codes;
  const end = code + ((<usize>kind.used) << 3);
  let a = v128.load(vector);
  let b = v128.load(vector, 16);
  let c = v128.load(vector, 32);
  let d = v128.load(vector, 48);
  for (; code < end; code += 8) {
    vector += (<usize>dim) << 2;
    const found =
      sizeof<Codes>() === 8
        ? (<u32>((<u64>codes) >> load<u32>(code))) & load<u32>(code, 4)
        : codeAt(<usize>codes, bit, code);
    const times = f32x4.splat(<f32>(<i32>found));
    a = f32x4.add(a, f32x4.mul(times, v128.load(vector)));
    b = f32x4.add(b, f32x4.mul(times, v128.load(vector, 16)));
    c = f32x4.add(c, f32x4.mul(times, v128.load(vector, 32)));
    d = f32x4.add(d, f32x4.mul(times, v128.load(vector, 48)));
  }
  out += (<usize>column) << 2;
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

function expandOne(rows: usize, bit: u64, kind: ExpandedKind, dim: u32, column: u32, out: usize): void {
  let vector: usize = kind.vectors + (column << 2);
  let value = load<f32>(vector);
  let code: usize = kind.codes;
  const end = code + ((<usize>kind.used) << 3);
  for (; code < end; code += 8) {
    vector += (<usize>dim) << 2;
    value += <f32>(<i32>codeAt(rows, bit, code)) * load<f32>(vector);
  }
  store<f32>(out + ((<usize>column) << 2), value);
}

/** A code of up to 16 bits of the row that begins at a bit. Reads 4 bytes, for which there is room behind the rows. */
function codeAt(rows: usize, bit: u64, code: usize): u32 {
  const at = bit + load<u32>(code);
  return (load<u32>(rows + <usize>(at >> 3)) >> (<u32>(at & 7))) & load<u32>(code, 4);
}

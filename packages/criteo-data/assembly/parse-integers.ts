import { twoWords } from './deflate/two-words';

export const integerColumns: u32 = 13;
const minus: u32 = 0x2d;
const zero: u32 = 0x30;

// V8 puts a constant vector together at each use; what is loaded stays in a register. Zeros, nines, and the factors of
// the digits, as pairs of 16 bits: 10 and 10, 100 and 1, 10000 and 1.
const constants = memory.data<u8>([0x30, 9, 10, 0, 100, 0, 1, 0, 0x10, 0x27, 1, 0]);
/** By the number of bytes of a field: which of eight bytes they are, if it ends with the last one. */
const fieldBytes = memory.data<u64>([
  0, 0xff00000000000000, 0xffff000000000000, 0xffffff0000000000, 0xffffffff00000000, 0xffffffffff000000,
  0xffffffffffff0000, 0xffffffffffffff00,
  // And how a minus at its start differs from zero; what cannot be found where there is no digit behind it.
  1, 1, 0x00fd000000000000, 0x0000fd0000000000, 0x000000fd00000000, 0x00000000fd000000, 0x0000000000fd0000,
  0x000000000000fd00,
]);
const minusBytes: usize = 64;

/** Parses the integers between 14 `separators`, negative and missing ones as 0. Returns whether all are well formed. */
export function parseIntegers(separators: usize, integers: usize): bool {
  const zeros = v128.load8_splat(constants);
  const nines = v128.load8_splat(constants, 1);
  const tens = v128.load16_splat(constants, 2);
  const hundreds = v128.load32_splat(constants, 4);
  const tenThousands = v128.load32_splat(constants, 8);
  for (let first: u32 = 0; first < integerColumns; first += 4) {
    // The last four overlap columns that are already parsed.
    const column = min<u32>(first, integerColumns - 4);
    const separator = separators + (column << 2);
    const integer = integers + (column << 2);
    const start = load<u32>(separator);
    const end1 = load<u32>(separator, 4);
    const end2 = load<u32>(separator, 8);
    const end3 = load<u32>(separator, 12);
    const end4 = load<u32>(separator, 16);
    const field1 = fieldBytes + ((end1 - start - 1) << 3);
    const field2 = fieldBytes + ((end2 - end1 - 1) << 3);
    const field3 = fieldBytes + ((end3 - end2 - 1) << 3);
    const field4 = fieldBytes + ((end4 - end3 - 1) << 3);
    const areShort = ((end1 - start - 1) | (end2 - end1 - 1) | (end3 - end2 - 1) | (end4 - end3 - 1)) < 8;
    let isBad = i32x4.splat(0);
    if (areShort) {
      const front = v128.and(i8x16.sub(twoWords(end1 - 8, end2 - 8), zeros), twoWords(field1, field2));
      const back = v128.and(i8x16.sub(twoWords(end3 - 8, end4 - 8), zeros), twoWords(field3, field4));
      // A byte that is not a digit may be the minus sign.
      const frontOthers = v128.andnot(front, i8x16.le_u(front, nines));
      const backOthers = v128.andnot(back, i8x16.le_u(back, nines));
      const frontNegative = i64x2.eq(frontOthers, twoWords(field1 + minusBytes, field2 + minusBytes));
      const backNegative = i64x2.eq(backOthers, twoWords(field3 + minusBytes, field4 + minusBytes));
      isBad = v128.or(v128.andnot(frontOthers, frontNegative), v128.andnot(backOthers, backNegative));
      // Numbers of four digits, below 2^15.
      const fours = i16x8.narrow_i32x4_s(
        fourDigits(v128.andnot(front, frontNegative), tens, hundreds),
        fourDigits(v128.andnot(back, backNegative), tens, hundreds),
      );
      v128.store(integer, i32x4.dot_i16x8_s(fours, tenThousands));
    }
    if (!areShort || v128.any_true(isBad)) {
      if (!parseOneByOne(separator, integer)) return false;
    }
  }
  return true;
}

/** The numbers that four digits make, the first in the lowest byte, twice in 64 bits. */
function fourDigits(digits: v128, tens: v128, hundreds: v128): v128 {
  const pairs = i16x8.add(i16x8.mul(digits, tens), i16x8.shr_u(digits, 8));
  return i32x4.dot_i16x8_s(v128.and(pairs, i16x8.splat(0xff)), hundreds);
}

/** Parses four integers of any length. */
function parseOneByOne(separator: usize, integer: usize): bool {
  const end = integer + 16;
  for (; integer < end; integer += 4, separator += 4) {
    const value = parseInteger(load<u32>(separator) + 1, load<u32>(separator, 4));
    if (value < 0) return false;
    store<u32>(integer, <u32>value);
  }
  return true;
}

/** The value of an integer with or without a sign; 0 when negative or missing, -1 when wrong. */
function parseInteger(at: usize, end: usize): i64 {
  const isNegative = at < end && load<u8>(at) == minus;
  if (isNegative && ++at == end) return -1;
  let value: i64 = 0;
  for (; at < end; at++) {
    const digit = load<u8>(at) - zero;
    if (digit > 9) return -1;
    value = value * 10 + digit;
    if (value > <i64>0x7fffffff + <i64>isNegative) return -1;
  }
  return isNegative ? 0 : value;
}

import { twoWords } from './deflate/two-words';

export const categoricalColumns: u32 = 26;

// As in parse-integers.ts. Of bytes: 0, 9, the bit of lower case, a, 5, and the bits of a hex digit; of 16 bits: those
// of a byte; of 32 bits: 1, all but 8, and 8.
const constants = memory.data<u8>([
  0x30, 9, 0x20, 0x61, 5, 0x0f, 0xff, 0, 1, 0, 0, 0, 0xf7, 0xff, 0xff, 0xff, 8, 0, 0, 0,
]);

/**
 * Parses the hex digits between 27 `separators`, missing ones as 0, into columns of `columnBytes`. Returns whether all
 * are well formed.
 */
export function parseCategories(separators: usize, categories: usize, columnBytes: usize): bool {
  const zeros = v128.load8_splat(constants);
  const nines = v128.load8_splat(constants, 1);
  const lowerCase = v128.load8_splat(constants, 2);
  const as = v128.load8_splat(constants, 3);
  const fives = v128.load8_splat(constants, 4);
  const digitBits = v128.load8_splat(constants, 5);
  const lowerBytes = v128.load16_splat(constants, 6);
  const ones = v128.load32_splat(constants, 8);
  const notEights = v128.load32_splat(constants, 12);
  const eights = v128.load32_splat(constants, 16);
  let isBad = i32x4.splat(0);
  for (let first: u32 = 0; first < categoricalColumns; first += 4) {
    // The last four overlap columns that are already parsed.
    const column = min<u32>(first, categoricalColumns - 4);
    const separator = separators + (column << 2);
    const category = categories + <usize>column * columnBytes;
    const lengths = i32x4.sub(i32x4.sub(v128.load(separator, 4), v128.load(separator)), ones);
    if (v128.any_true(v128.and(lengths, notEights))) {
      if (!parseOneByOne(separator, category, columnBytes)) return false;
    } else {
      const isThere = i32x4.eq(lengths, eights);
      const front = twoWords(load<u32>(separator) + 1, load<u32>(separator, 4) + 1);
      const back = twoWords(load<u32>(separator, 8) + 1, load<u32>(separator, 12) + 1);
      const frontLetters = i8x16.le_u(i8x16.sub(v128.or(front, lowerCase), as), fives);
      const backLetters = i8x16.le_u(i8x16.sub(v128.or(back, lowerCase), as), fives);
      const isFrontHex = v128.or(frontLetters, i8x16.le_u(i8x16.sub(front, zeros), nines));
      const isBackHex = v128.or(backLetters, i8x16.le_u(i8x16.sub(back, zeros), nines));
      isBad = v128.or(isBad, v128.andnot(i64x2.extend_low_i32x4_s(isThere), isFrontHex));
      isBad = v128.or(isBad, v128.andnot(i64x2.extend_high_i32x4_s(isThere), isBackHex));
      const frontDigits = i8x16.add(v128.and(front, digitBits), v128.and(frontLetters, nines));
      const backDigits = i8x16.add(v128.and(back, digitBits), v128.and(backLetters, nines));
      const bytes = i8x16.narrow_i16x8_u(
        v128.and(v128.or(i16x8.shl(frontDigits, 4), i16x8.shr_u(frontDigits, 8)), lowerBytes),
        v128.and(v128.or(i16x8.shl(backDigits, 4), i16x8.shr_u(backDigits, 8)), lowerBytes),
      );
      // The first digit is the highest.
      const values = i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
      const numbers = v128.and(values, isThere);
      v128.store32_lane(category, numbers, 0);
      v128.store32_lane(category + columnBytes, numbers, 1);
      v128.store32_lane(category + 2 * columnBytes, numbers, 2);
      v128.store32_lane(category + 3 * columnBytes, numbers, 3);
    }
  }
  return !v128.any_true(isBad);
}

/** Parses four categories of fewer digits than eight. */
function parseOneByOne(separator: usize, category: usize, columnBytes: usize): bool {
  for (let column = 0; column < 4; column++, separator += 4, category += columnBytes) {
    const end = load<u32>(separator, 4);
    let at = load<u32>(separator) + 1;
    if (end - at > 8) return false;
    let value: u32 = 0;
    for (; at < end; at++) {
      const digit = hexDigit(load<u8>(at));
      if (digit > 15) return false;
      value = (value << 4) | digit;
    }
    store<u32>(category, value);
  }
  return true;
}

/** The value of a hex digit; 16 or more for any other character. */
function hexDigit(letter: u32): u32 {
  const decimal = letter - 0x30;
  if (decimal <= 9) return decimal;
  const lower = (letter | 0x20) - 0x61; // wraps around before a
  return lower <= 5 ? lower + 10 : 16;
}

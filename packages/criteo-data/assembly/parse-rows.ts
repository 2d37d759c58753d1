// Raw rows to numbers, eight bytes at a time: a 64-bit word holds a whole category, or an integer of up to seven
// digits and what ends it. Which fields are missing cannot be foretold, so the way past them is without branches.
// Written in AssemblyScript; `npm run build:kernel` compiles it into ../src/preprocess/kernel-module.ts. Reads up
// to 8 bytes past the end of the text.

const integerColumns = 13;
const categoricalColumns = 26;
const tab: u32 = 0x09;
const newline: u32 = 0x0a;
const carriageReturn: u32 = 0x0d;
const minus: u32 = 0x2d;
const zero: u32 = 0x30;

const eachByte: u64 = 0x0101010101010101;
const highBits: u64 = 0x8080808080808080;

// Where the field ended that was parsed letter by letter; AssemblyScript has no second return value.
let fieldEnd: usize = 0;

/** The number of lines between `text` and `end`; the last one need not be ended. */
export function countLines(text: usize, end: usize): u32 {
  let lines: u32 = 0;
  const newlines = i8x16.splat(<i8>newline);
  let from = text;
  for (; from + 16 <= end; from += 16) {
    lines += <u32>popcnt(i8x16.bitmask(i8x16.eq(v128.load(from), newlines)));
  }
  for (; from < end; from++) lines += <u32>(load<u8>(from) == newline);
  return end > text && load<u8>(end - 1) != newline ? lines + 1 : lines;
}

/**
 * Parses the rows that begin at `text`, the last one ended by a newline too.
 * `categories`: 26 columns of `rows` numbers of 32 bits; `integers`: (rows, 13); `labels`: (rows).
 * Returns `rows`, or the line (from 0) that cannot be parsed.
 */
export function parseRows(text: usize, rows: u32, categories: usize, integers: usize, labels: usize): u32 {
  const columnBytes = (<usize>rows) << 2;
  let at = text;
  for (let row: u32 = 0; row < rows; row++) {
    const label = load<u8>(at) - zero;
    if (label > 1 || load<u8>(at, 1) != tab) return row;
    store<u32>(labels, label);
    labels += 4;
    at += 2;

    for (let column = 0; column < integerColumns; column++, integers += 4) {
      const digits = load<u64>(at) ^ (eachByte * zero);
      const others = ((digits + eachByte * 0x76) | digits) & highBits;
      const bits = ctz(others) & 0x38; // those of the digits; 0 where all eight are
      const end = at + <usize>(bits >> 3);
      if (load<u8>(end) == tab) {
        // The last digit at the top; two shifts, because one of 64 bits would be none.
        store<u32>(integers, eightDigits((digits << (56 - bits)) << 8));
        at = end + 1;
        continue;
      }
      const value = parseInteger(at);
      if (value < 0) return row;
      store<u32>(integers, <u32>value);
      at = fieldEnd + 1;
    }

    let category = categories;
    for (let column = 1; column <= categoricalColumns; column++, category += columnBytes) {
      const letters = load<u64>(at);
      const isMissing = ((<u32>letters) & 0xff) <= carriageReturn;
      const end = at + select<usize>(0, 8, isMissing);
      if (load<u8>(end) <= carriageReturn && isMissing | areHexDigits(letters)) {
        store<u32>(category, select<u32>(0, eightHexDigits(letters), isMissing));
        at = end;
      } else {
        const value = parseCategory(at);
        if (value < 0) return row;
        store<u32>(category, <u32>value);
        at = fieldEnd;
      }
      if (column == categoricalColumns) break;
      if (load<u8>(at++) != tab) return row;
    }
    categories += 4;
    if (load<u8>(at) == carriageReturn) at++;
    if (load<u8>(at) != newline) return row;
    at++;
  }
  return rows;
}

/** The value of eight decimal digits, the first in the lowest byte: pairs, then fours, then all. */
function eightDigits(digits: u64): u32 {
  const pairs = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
  const fours = (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffff;
  return <u32>(fours * 10000 + (fours >> 32));
}

/** Parses an integer with a sign or more than seven digits, ended by a tab; 0 when negative, -1 when wrong. */
function parseInteger(from: usize): i64 {
  const isNegative = load<u8>(from) == minus;
  const first = isNegative ? from + 1 : from;
  let at = first;
  let value: i64 = 0;
  for (;;) {
    const digit = load<u8>(at) - zero;
    if (digit > 9) break;
    value = value * 10 + digit;
    if (value > 0x80000000) return -1;
    at++;
  }
  if (load<u8>(at) != tab || value > <i64>0x7fffffff + <i64>isNegative || (isNegative && at == first))
    return -1;
  fieldEnd = at;
  return isNegative ? 0 : value;
}

/** Parses up to 8 hex digits; 0 when there are none, -1 when there are more. */
function parseCategory(from: usize): i64 {
  let value: u32 = 0;
  let at = from;
  let digit = hexDigit(load<u8>(at));
  while (digit < 16 && at - from < 9) {
    value = (value << 4) | digit;
    digit = hexDigit(load<u8>(++at));
  }
  fieldEnd = at;
  return at - from > 8 ? -1 : <i64>value;
}

/** The value of a hex digit; 16 or more for all else. */
function hexDigit(letter: u32): u32 {
  const decimal = letter - zero;
  if (decimal <= 9) return decimal;
  const lower = (letter | 0x20) - 0x61; // wraps around before a
  return lower <= 5 ? lower + 10 : 16;
}

/** Whether all eight letters are 0-9, a-f or A-F. Each test leaves its answer in the high bits of the bytes. */
function areHexDigits(letters: u64): bool {
  const notDigit = (letters ^ (eachByte * 0x30)) + eachByte * 0x76;
  const lower = (letters | (eachByte * 0x20)) ^ (eachByte * 0x60); // a is 1, f is 6
  const isLetter = (lower + eachByte * 0x7f) & ~(lower + eachByte * 0x79);
  return (((notDigit & ~isLetter) | letters) & highBits) == 0;
}

/** The number that eight hex digits write, the first digit in the lowest byte. */
function eightHexDigits(letters: u64): u32 {
  const digits = (letters & (eachByte * 0x0f)) + ((letters >> 6) & eachByte) * 9;
  const pairs = ((digits << 4) | (digits >> 8)) & 0x00ff00ff00ff00ff;
  const fours = ((pairs << 8) | (pairs >> 16)) & 0x0000ffff0000ffff;
  return <u32>((fours << 16) | (fours >> 32));
}

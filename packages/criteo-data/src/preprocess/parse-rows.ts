import { categoricalColumns, integerColumns } from '../criteo-columns.js';

/** Rows of a raw file as numbers. */
export interface ParsedRows {
  rows: number;
  /** The 26 columns one after another, each `rows` long: the hex digits as a 32-bit number, missing is 0. */
  categories: Int32Array;
  /** Shape (rows, 13); missing and negative are 0. */
  integers: Int32Array;
  /** 0 or 1, shape (rows). */
  labels: Int32Array;
}

/** A field that cannot be read. */
export interface BadField {
  /** Line of the text, from 0. */
  line: number;
  /** Which of its fields, from 0; none when their number is wrong. */
  field?: number;
  expected: string;
  found: string;
}

const fields = 1 + integerColumns + categoricalColumns;
const lastColumn = categoricalColumns - 1;
const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const minus = 0x2d;
const zero = 0x30;

/** Value of each hex digit by its character code; -1 for all else. */
const hexDigits = new Int8Array(256).fill(-1);
for (const digit of '0123456789abcdefABCDEF') hexDigits[digit.charCodeAt(0)] = parseInt(digit, 16);

/**
 * Parses rows `label \t I1..I13 \t C1..C26 \n` (data_utils.py, process_one_file). Lines may end in \r\n, the
 * last one in nothing. Bytes are read in place: no text is ever made but for an error.
 */
export function parseRows(text: Uint8Array): ParsedRows | BadField {
  const rows = countLines(text);
  const categories = new Int32Array(rows * categoricalColumns);
  const integers = new Int32Array(rows * integerColumns);
  const labels = new Int32Array(rows);
  const length = text.length;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const start = at;
    const label = text[at]! - zero;
    if ((label !== 0 && label !== 1) || text[at + 1] !== tab) return badField(text, row, start);
    labels[row] = label;
    at += 2;

    const firstInteger = row * integerColumns;
    for (let column = 0; column < integerColumns; column++) {
      const negative = text[at] === minus;
      if (negative) at++;
      const firstDigit = at;
      let value = 0;
      let digit = text[at]! - zero;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = text[++at]! - zero;
      }
      const tooLarge = value > 0x7fffffff && !(negative && value === 0x80000000);
      if (text[at] !== tab || tooLarge || (negative && at === firstDigit)) return badField(text, row, start);
      at++;
      integers[firstInteger + column] = negative ? 0 : value;
    }

    for (let column = 0; column < lastColumn; column++) {
      let value = 0;
      let digits = -1;
      if (text[at + 8] === tab) {
        // Nearly every field is one of 8 digits; a -1 among them makes `digits` negative.
        const a = hexDigits[text[at]!]!;
        const b = hexDigits[text[at + 1]!]!;
        const c = hexDigits[text[at + 2]!]!;
        const d = hexDigits[text[at + 3]!]!;
        const e = hexDigits[text[at + 4]!]!;
        const f = hexDigits[text[at + 5]!]!;
        const g = hexDigits[text[at + 6]!]!;
        const h = hexDigits[text[at + 7]!]!;
        digits = a | b | c | d | e | f | g | h;
        value = (a << 28) | (b << 24) | (c << 20) | (d << 16) | (e << 12) | (f << 8) | (g << 4) | h;
      }
      if (digits >= 0) {
        at += 9;
      } else {
        const first = at;
        value = 0;
        while (at < length && hexDigits[text[at]!]! >= 0) value = (value << 4) | hexDigits[text[at++]!]!;
        if (at - first > 8 || text[at] !== tab) return badField(text, row, start);
        at++;
      }
      categories[column * rows + row] = value;
    }
    const first = at;
    let value = 0;
    while (at < length && hexDigits[text[at]!]! >= 0) value = (value << 4) | hexDigits[text[at++]!]!;
    if (at - first > 8) return badField(text, row, start);
    categories[lastColumn * rows + row] = value;
    if (text[at] === carriageReturn) at++;
    if (at < length && text[at] !== newline) return badField(text, row, start);
    at++;
  }
  return { rows, categories, integers, labels };
}

function countLines(text: Uint8Array): number {
  let lines = 0;
  for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline, end + 1)) lines++;
  return text.length > 0 && text[text.length - 1] !== newline ? lines + 1 : lines;
}

/** Finds out what is wrong with a line that could not be parsed; slow, and needed once. */
function badField(text: Uint8Array, line: number, start: number): BadField {
  const end = text.indexOf(newline, start);
  const found = Buffer.from(text.subarray(start, end < 0 ? text.length : end)).toString('latin1');
  const parts = found.replace(/\r$/, '').split('\t');
  if (parts.length !== fields) {
    return { line, expected: `${fields} tab-separated fields`, found: `${parts.length}` };
  }
  const kinds = [
    { from: 0, to: 1, form: /^[01]$/, expected: '0 or 1' },
    { from: 1, to: 1 + integerColumns, form: /^(-?\d+)?$/, expected: 'a whole number of 32 bits or nothing' },
    { from: 1 + integerColumns, to: fields, form: /^[0-9a-f]{0,8}$/i, expected: 'at most 8 hex digits' },
  ];
  for (const { from, to, form, expected } of kinds) {
    for (let field = from; field < to; field++) {
      const part = parts[field]!;
      const fits = form.test(part) && (from !== 1 || Number(part) === (Number(part) | 0));
      if (!fits) return { line, field, expected, found: JSON.stringify(part.slice(0, 40)) };
    }
  }
  throw new Error(`line ${line} is well formed, but was not parsed`);
}

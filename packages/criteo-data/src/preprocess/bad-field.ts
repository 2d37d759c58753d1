import { categoricalColumns, integerColumns } from '../criteo-columns.js';

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
const newline = 0x0a;

/** Finds out what is wrong with a line that could not be parsed; slow, and needed once. */
export function findBadField(text: Uint8Array, line: number): BadField {
  let start = 0;
  for (let before = 0; before < line; before++) start = text.indexOf(newline, start) + 1;
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

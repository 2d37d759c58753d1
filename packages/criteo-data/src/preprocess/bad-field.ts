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

/** Finds the first field of a text that cannot be parsed; slow, and needed once. */
export function findBadField(text: Uint8Array): BadField {
  for (let line = 0, start = 0; start < text.length; line++) {
    const found = text.indexOf(newline, start);
    const end = found < 0 ? text.length : found;
    const bad = badFieldOf(Buffer.from(text.subarray(start, end)).toString('latin1'));
    if (bad) return { line, ...bad };
    start = end + 1;
  }
  throw new Error('a text is well formed, but was not parsed');
}

function badFieldOf(line: string): Omit<BadField, 'line'> | undefined {
  const parts = line.replace(/\r$/, '').split('\t');
  if (parts.length !== fields) {
    return { expected: `${fields} tab-separated fields`, found: `${parts.length}` };
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
      if (!fits) return { field, expected, found: JSON.stringify(part.slice(0, 40)) };
    }
  }
  return undefined;
}

import { isHex, isLabel, isWholeNumber } from '../raw/rows/field-values.js';
import { criteoForm, type RowForm } from '../raw/rows/row-form.js';
import { splitFields } from '../raw/rows/split-fields.js';
import { longestLine } from './lines/longest-line.js';

/** A field that cannot be read. */
export interface BadField {
  /** Line of the text, from 0. */
  line: number;
  /** The name of the field; undefined if the number of fields is wrong. */
  field?: string;
  expected: string;
  found: string;
}

const newline = 0x0a;
const separatorWords: Record<string, string> = { '\t': 'tab', ',': 'comma', ';': 'semicolon', '|': 'bar' };
const shown = 40;

/** Finds the first invalid field of a text; slow, but called only once. */
export function findBadField(text: Uint8Array, form: RowForm = criteoForm({ hasLabel: true })): BadField {
  for (let line = 0, start = 0; start < text.length; line++) {
    const found = text.indexOf(newline, start);
    const end = found < 0 ? text.length : found;
    if (end - start > longestLine) {
      return { line, expected: `a line end within ${longestLine} bytes`, found: 'none' };
    }
    const bad = badFieldOf(Buffer.from(text.subarray(start, end)).toString('latin1'), form);
    if (bad) return { line, ...bad };
    start = end + 1;
  }
  throw new Error('a well-formed text was not parsed');
}

/** The problem with a line, if there is one. */
export function badFieldOf(line: string, form: RowForm): Omit<BadField, 'line'> | undefined {
  const fields = line.replace(/\r$/, '');
  let parts: string[];
  try {
    // Criteo's own rows know no quotes.
    parts = form.parser === 'criteo' ? fields.split('\t') : splitFields(fields, form.separator);
  } catch (error) {
    return { expected: 'fields in quotes that are closed on their line', found: (error as Error).message };
  }
  return badPart(parts, form);
}

/** The invalid field of a row, if there is one. */
export function badPart(parts: readonly string[], form: RowForm): Omit<BadField, 'line'> | undefined {
  if (parts.length !== form.fields) {
    const word = separatorWords[form.separator]!;
    return { expected: `${form.fields} ${word}-separated fields${hint(form)}`, found: `${parts.length}` };
  }
  const bad = (field: number, expected: string) => ({
    field: form.names[field]!,
    expected,
    found: JSON.stringify(Buffer.from(parts[field]!, 'latin1').toString().slice(0, shown)),
  });
  const { label, integers, categories, categoryValues, parser } = form;
  // Like data_utils.py, the kernel does not accept a decimal point.
  const isPlain = (part: string) => parser === 'columns' || !part.includes('.');
  if (label !== undefined && !(isLabel(parts[label]!) && isPlain(parts[label]!))) return bad(label, '0 or 1');
  const integer = integers.find((field) => !isInteger(parts[field]!, parser));
  if (integer !== undefined) return bad(integer, 'a whole number of 32 bits or nothing');
  const category = categoryValues === 'hex' && categories.find(({ field }) => !isHex(parts[field]!));
  if (category) return bad(category.field, 'at most 8 hex digits');
  return undefined;
}

/** Why this number of fields is expected. */
function hint({ parser, label, categoryValues }: RowForm): string {
  if (label === undefined && categoryValues === 'hex') return ' (no label, as in line 1)';
  if (parser === 'criteo') return '';
  return categoryValues === 'hex' ? ' (--columns takes others)' : ', as in line 1';
}

function isInteger(part: string, parser: RowForm['parser']): boolean {
  return isWholeNumber(part) && (parser === 'columns' || /^(-?\d+)?$/.test(part));
}

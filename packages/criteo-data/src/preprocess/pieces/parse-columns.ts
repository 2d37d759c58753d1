import { hexOf, textOf, wholeNumberOf } from '../../raw/rows/field-values.js';
import { widthsOf, type RowForm } from '../../raw/rows/row-form.js';
import { splitFields } from '../../raw/rows/split-fields.js';
import { badFieldOf, badPart, type BadField } from '../bad-field.js';
import { longestLine } from '../lines/longest-line.js';

/** The numbers of rows. */
export interface ParsedColumns {
  rows: number;
  /** Shape (rows, integer columns). */
  integers: Int32Array;
  /** Shape (rows). */
  labels: Int32Array;
  /** Shape (categorical columns, rows). */
  categories: Int32Array;
}

/** Parses rows of any columns, field by field; the last line need not have a line ending. */
export function parseColumns(text: Uint8Array, form: RowForm): ParsedColumns | BadField {
  const lines = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const rows = lines.length;
  const widths = widthsOf(form);
  const integers = new Int32Array(rows * widths.integers);
  const labels = new Int32Array(rows);
  const categories = new Int32Array(rows * widths.categories);
  const valueOf = form.categoryValues === 'hex' ? hexOf : textOf;
  for (let row = 0; row < rows; row++) {
    const line = lines[row]!.replace(/\r$/, '');
    if (line.length > longestLine) {
      return { line: row, expected: `a line end within ${longestLine} bytes`, found: 'none' };
    }
    let parts: string[];
    try {
      parts = splitFields(line, form.separator);
    } catch {
      return { line: row, ...badFieldOf(line, form)! };
    }
    const bad = badPart(parts, form);
    if (bad) return { line: row, ...bad };
    form.integers.forEach((field, column) => {
      integers[row * widths.integers + column] = wholeNumberOf(parts[field]!);
    });
    if (form.label !== undefined) labels[row] = Number(parts[form.label]);
    form.categories.forEach(({ field, last }, column) => {
      const part = parts[field]!;
      categories[column * rows + row] = valueOf(last === undefined ? part : part.slice(-last));
    });
  }
  return { rows, integers, labels, categories };
}

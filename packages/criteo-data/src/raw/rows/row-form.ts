import { categoricalColumns, fieldName, integerColumns } from '../../criteo-columns.js';

/** A categorical column: its field, or the last characters of it (`hour[-2:]`, the hour of the day). */
export interface CategoryField {
  field: number;
  /** How many characters at the end count. Default: all. */
  last?: number | undefined;
}

/** How the fields of a row are to be read. Plain data: it goes to the threads with each piece. */
export interface RowForm {
  /**
   * Criteo's own form is parsed by the kernel: tabs between the fields, `label I1..I13 C1..C26`, or the same without the
   * label. All else is parsed field by field.
   */
  parser: 'criteo' | 'columns';
  separator: string;
  /** Fields of a row. */
  fields: number;
  /** What errors call each of them. */
  names: readonly string[];
  /** The field with the label, from 0; undefined for rows without one. */
  label: number | undefined;
  /** The fields with whole numbers; a table without them gets one column of zeros. */
  integers: readonly number[];
  categories: readonly CategoryField[];
  /** `hex`: at most eight hex digits, as Criteo's; `text`: any. */
  categoryValues: 'hex' | 'text';
}

const range = (start: number, length: number) => Array.from({ length }, (_, index) => start + index);

/** Criteo's rows, with a label (`train.txt`) or without (`test.txt`). */
export function criteoForm({ hasLabel }: { hasLabel: boolean }): RowForm {
  const first = hasLabel ? 1 : 0;
  const fields = first + integerColumns + categoricalColumns;
  return {
    parser: 'criteo',
    separator: '\t',
    fields,
    names: range(1 - first, fields).map(fieldName),
    label: hasLabel ? 0 : undefined,
    integers: range(first, integerColumns),
    categories: range(first + integerColumns, categoricalColumns).map((field) => ({ field })),
    categoryValues: 'hex',
  };
}

/** Columns of the processed arrays: X_int has at least one, so that a model has a dense input. */
export function widthsOf({ integers, categories }: RowForm): { integers: number; categories: number } {
  return { integers: Math.max(1, integers.length), categories: categories.length };
}

/** The names of the columns of X_int and X_cat, to compare files by. */
export function columnNames({ names, integers, categories }: RowForm): string {
  const of = (field: number) => names[field]!;
  return [...integers.map(of), '|', ...categories.map(({ field }) => of(field))].join(' ');
}

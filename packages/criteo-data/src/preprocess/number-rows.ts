import { categoricalColumns } from '../criteo-columns.js';
import { IdDictionary } from './id-dictionary.js';
import { parseRows, type BadField, type ParsedRows } from './parse-rows.js';

/** Parsed rows whose categories are numbered within these rows, column by column. */
export interface NumberedRows extends ParsedRows {
  /** The value behind each number, in order of first appearance, per column. */
  distinct: Int32Array[];
}

const dictionary = new IdDictionary();

/**
 * Parses rows and replaces each category by a number of its own in this piece of the file. What stays to be
 * done in the order of the file is one look-up for each distinct value of the piece.
 */
export function numberRows(text: Uint8Array): NumberedRows | BadField {
  const parsed = parseRows(text);
  if (!('rows' in parsed)) return parsed;
  const { rows, categories } = parsed;
  const seen = new Int32Array(rows);
  const distinct = Array.from({ length: categoricalColumns }, (_, column) => {
    const values = categories.subarray(column * rows, (column + 1) * rows);
    dictionary.clear();
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row]!;
      const number = dictionary.idOf(value);
      if (number === count) seen[count++] = value;
      values[row] = number;
    }
    return seen.slice(0, count);
  });
  return { ...parsed, distinct };
}

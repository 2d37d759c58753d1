import { formatQuantity } from '../units.js';

/** A table of texts with one heading for each column. */
export interface TextTable {
  headings: string[];
  rows: string[][];
}

/** The text of a cell without a value. */
export const noValue = '–';

/** A quantity, times `factor`, that may be unknown. */
export function formatKnown(value: number | undefined, factor = 1): string {
  return value === undefined ? noValue : formatQuantity(factor * value);
}

/** A table of texts with one heading for each column. */
export interface TextTable {
  headings: string[];
  rows: string[][];
}

/** The text of a cell without a value. */
export const noValue = '–';

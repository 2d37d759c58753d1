/** A table of texts with one heading for each column. */
export interface TextTable {
  headings: string[];
  rows: string[][];
}

/** What stands in a cell that has no value. */
export const noValue = '–';

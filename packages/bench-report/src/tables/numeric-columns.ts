import type { TextTable } from './text-table.js';

/** For each column, whether all its cells are numbers or have no value: they stand to the right. */
export function numericColumns({ headings, rows }: TextTable): boolean[] {
  return headings.map((_, column) =>
    rows.every((row) => /^(?:[\d.–≈+-]|undefined$|$)/.test(row[column] ?? '')),
  );
}

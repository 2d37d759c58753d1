import Table from 'cli-table3';
import type { TextTable } from './text-table.js';

/** A table for a terminal, numbers to the right, with no colours: it may go to a file. */
export function formatTerminalTable({ headings, rows }: TextTable): string {
  const isNumeric = headings.map((_, column) => rows.every((row) => /^[\d.–]/.test(row[column] ?? '')));
  const table = new Table({
    head: headings,
    colAligns: isNumeric.map((numeric) => (numeric ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows);
  return table.toString();
}

import Table from 'cli-table3';
import { numericColumns } from './numeric-columns.js';
import type { TextTable } from './text-table.js';

/** A table for a terminal, numbers to the right, with no colours: it may go to a file. */
export function formatTerminalTable(shown: TextTable): string {
  const { headings, rows } = shown;
  const table = new Table({
    head: headings,
    colAligns: numericColumns(shown).map((numeric) => (numeric ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows);
  return table.toString();
}

/** Characters in a line of the table. */
export function terminalWidth(table: TextTable): number {
  return formatTerminalTable(table).split('\n')[0]!.length;
}

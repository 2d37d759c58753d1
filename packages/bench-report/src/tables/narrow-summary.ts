import type { ReadSection } from '../sections/section.js';
import { summaryTable } from './summary-table.js';
import { terminalWidth } from './terminal-table.js';
import type { TextTable } from './text-table.js';

/**
 * The summary in at most `width` characters, as long as the columns that name the models and one for each section fit: the
 * section with the most columns gives up its last one, again and again.
 */
export function narrowSummary(sections: readonly ReadSection[], width: number): TextTable {
  const counts = sections.map(({ section, rows }) => (rows ? section.summary(rows).headings.length : 0));
  const kept = [...counts];
  const all = summaryTable(sections);
  const modelColumns = all.headings.length - counts.reduce((sum, count) => sum + count, 0);
  const isShown = all.headings.map(() => true);
  const shown = (cells: readonly string[]) => cells.filter((_, column) => isShown[column]);
  let table = all;
  while (terminalWidth(table) > width && Math.max(...kept) > 1) {
    const section = kept.lastIndexOf(Math.max(...kept));
    kept[section]!--;
    const first = modelColumns + counts.slice(0, section).reduce((sum, count) => sum + count, 0);
    isShown[first + kept[section]!] = false;
    table = { headings: shown(all.headings), rows: all.rows.map(shown) };
  }
  return table;
}

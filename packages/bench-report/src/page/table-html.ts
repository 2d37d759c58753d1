import { numericColumns } from '../tables/numeric-columns.js';
import type { TextTable } from '../tables/text-table.js';
import { escapeMarkup } from './markup.js';

/**
 * A table in a box that it can scroll in, its columns of numbers aligned to the right, with a line between the rows of
 * different curves.
 */
export function tableHtml(
  table: TextTable,
  {
    name,
    caption,
    sortable = true,
  }: {
    /** What the table is, for screen readers. */
    name: string;
    /** A line above the table. Default: none. */
    caption?: string;
    /** Whether its headings sort it. Default: yes. */
    sortable?: boolean;
  },
): string {
  const { headings, rows } = table;
  const classes = numericColumns(table).map((numeric) => (numeric ? ' class="number"' : ''));
  // Rows of one curve have the same cells before the level.
  const level = Math.max(0, headings.indexOf('level'));
  const head = headings.map(
    (heading, column) => `<th scope="col"${classes[column]}>${escapeMarkup(heading)}</th>`,
  );
  const body = rows.map((row, index) => {
    const isGroup = index > 0 && row.slice(0, level).join() !== rows[index - 1]!.slice(0, level).join();
    const cells = row.map((cell, column) => `<td${classes[column]}>${escapeMarkup(cell)}</td>`);
    return `<tr${isGroup ? ' class="group"' : ''}>${cells.join('')}</tr>`;
  });
  const label = escapeMarkup(name);
  // A box that scrolls takes the focus, so that the arrow keys scroll it.
  return `${caption ? `<p class="caption">${escapeMarkup(caption)}</p>\n` : ''}<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table${sortable ? ' class="sortable"' : ''} aria-label="${label}">
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
}

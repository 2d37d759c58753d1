import { numericColumns } from '../tables/numeric-columns.js';
import { summaryTable } from '../tables/summary-table.js';
import type { TextTable } from '../tables/text-table.js';
import type { ReportFormat } from './report-format.js';

/** Tables for a paper, to include with `\input`; they need the packages booktabs and longtable. */
export const latexFormat: ReportFormat = {
  id: 'latex',
  fileName: 'report.tex',
  mark: /^% \\usepackage\{booktabs,longtable\}\n[^]*\\label\{tab:summary\} /,
  write({ sections }) {
    const tables = sections.flatMap(({ section, rows }) =>
      rows ? section.tables(rows).map((titled) => ({ ...titled, label: section.id })) : [],
    );
    return [
      '% \\usepackage{booktabs,longtable}',
      longTable({ title: 'The models at a few levels', table: summaryTable(sections), label: 'summary' }),
      ...tables.map(longTable),
      '',
    ].join('\n');
  },
};

function longTable({ title, table, label }: { title: string; table: TextTable; label: string }): string {
  const columns = numericColumns(table).map((numeric) => (numeric ? 'r' : 'l'));
  const line = (cells: readonly string[]) => `${cells.map(texText).join(' & ')} \\\\`;
  return [
    '',
    `\\begin{longtable}{@{}${columns.join('')}@{}}`,
    `\\caption{${texText(title)}}\\label{tab:${label}} \\\\`,
    '\\toprule',
    line(table.headings),
    '\\midrule',
    '\\endhead',
    '\\bottomrule',
    '\\endfoot',
    ...table.rows.map(line),
    '\\end{longtable}',
  ].join('\n');
}

const written: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  // Characters that LaTeX's fonts lack.
  '–': '--',
  '−': '$-$',
  '≈': '$\\approx$',
  '×': '$\\times$',
};

/** Escapes text for LaTeX. */
function texText(text: string): string {
  return text.replace(/[\\^~–−≈×{}$&#_%]/g, (sign) => written[sign] ?? `\\${sign}`);
}

import { markdownTable } from 'markdown-table';
import { answersOf } from '../sections/section.js';
import { numericColumns } from '../tables/numeric-columns.js';
import { summaryTable } from '../tables/summary-table.js';
import type { TextTable } from '../tables/text-table.js';
import { reportTitle, type ReportFormat } from './report-format.js';

/** GitHub's Markdown: links to the SVG files of the charts, and every table. */
export const markdownFormat: ReportFormat = {
  id: 'markdown',
  fileName: 'report.md',
  mark: new RegExp(`^# ${reportTitle}\n[^]*\n## Size on disk\n`),
  write({ sections, runInfo: { settings = {}, machine = {}, notes = [] } }) {
    const facts = Object.entries({ ...settings, ...machine }).map(([name, value]) => [name, String(value)]);
    const blocks = [
      `# ${reportTitle}`,
      ...answersOf(sections).flatMap(({ sentence, facts }) => [
        `**${escapeMarkdown(sentence)}**`,
        facts.map(([name, text]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(text)}`).join('\n'),
      ]),
      notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n'),
      tableBlock(summaryTable(sections)),
      ...sections.flatMap(({ section, rows }) => [
        `## ${section.title}`,
        ...(rows
          ? [
              ...section.charts(rows).map(({ title, id }) => `![${escapeMarkdown(title)}](${id}.svg)`),
              escapeMarkdown(section.notes(rows)),
              ...section
                .tables(rows)
                .flatMap(({ title, table }) => [`### ${escapeMarkdown(title)}`, tableBlock(table)]),
            ]
          : [section.missing ?? '']),
      ]),
      ...(facts.length > 0
        ? ['## Settings and machine', tableBlock({ headings: ['', ''], rows: facts })]
        : []),
    ];
    return `${blocks.filter(Boolean).join('\n\n')}\n`;
  },
};

function tableBlock(table: TextTable): string {
  const isNumeric = numericColumns(table);
  return markdownTable(
    [table.headings, ...table.rows].map((row) => row.map(escapeMarkdown)),
    {
      align: isNumeric.map((numeric) => (numeric ? 'r' : 'l')),
    },
  );
}

/** Escapes text for Markdown. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\s+/g, ' ');
}

import type { Chart } from '../drawing/chart.js';
import { drawChart } from '../drawing/draw-chart.js';
import { pagePalette } from '../drawing/palette.js';
import { describeMachine } from '../machine.js';
import { curvesOf, describeLevels, levelsOf } from '../models.js';
import { reportTitle, type ReportContent } from '../formats/report-format.js';
import { answersOf, gridModels, type Answer, type ReadSection } from '../sections/section.js';
import { numericColumns } from '../tables/numeric-columns.js';
import { summaryTable } from '../tables/summary-table.js';
import type { TextTable } from '../tables/text-table.js';
import { escapeMarkup } from './markup.js';
import { reportStyle } from './report-style.js';

/** The report as one self-contained HTML page: charts, settings, machine, tables, and how it was measured. */
export function reportHtml({ sections, runInfo }: ReportContent): string {
  const models = gridModels(sections);
  const curves = curvesOf(models).map(({ name }) => name);
  const machineTitle = runInfo.machine ? 'Machine' : 'Machine that made this report';
  const allTables = sections.flatMap(({ section, rows }) => (rows ? section.tables(rows) : []));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${reportTitle}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${reportTitle}</h1>
${answersOf(sections).map(answerHtml).join('\n')}
<p class="lead">What pruning the embedding tables of a recommendation model saves on disk and in memory and costs in quality and time:
${models.length} models, ${escapeMarkup(curves.join('; '))}, sparsity levels ${describeLevels(levelsOf(models))}.</p>
${notesBlock(runInfo.notes ?? [])}
<h2>Summary</h2>
${htmlTable(summaryTable(sections), 'A few levels of each norm and block shape; all models are at the end.')}
${sections.map(sectionHtml).join('\n')}
<h2>Settings and machine</h2>
<div class="facts">
<div><h3>Settings</h3>${factsTable(runInfo.settings ?? {}) || '<p>Not recorded.</p>'}</div>
<div><h3>${machineTitle}</h3>${factsTable(runInfo.machine ?? describeMachine())}</div>
</div>
<h2>All models</h2>
${allTables.map(({ title, table }) => `<h3>${escapeMarkup(title)}</h3>\n${htmlTable(table)}`).join('\n')}
<footer>Made by @ds/bench-report from the benchmark's CSV files.</footer>
</main>
</body>
</html>
`;
}

function answerHtml({ sentence, facts }: Answer): string {
  const lines = facts.map(([name, text]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(text)}</dd>`);
  return `<section class="answer"><p>${escapeMarkup(sentence)}</p>${lines.length > 0 ? `<dl>${lines.join('')}</dl>` : ''}</section>`;
}

/** The charts of a section; the caption of the first says how all were measured. */
function sectionHtml({ section, rows }: ReadSection): string {
  const heading = `<h2>${escapeMarkup(section.title)}</h2>`;
  if (!rows) return `${heading}\n<p class="note">${escapeMarkup(section.missing ?? '')}</p>`;
  const notes = section.notes(rows);
  const charts = section.charts(rows).map((chart, index) => figure(chart, index === 0 ? notes : ''));
  return [heading, ...charts].join('\n');
}

function figure(chart: Chart, caption: string): string {
  const text = caption && `<figcaption>${escapeMarkup(caption)}</figcaption>`;
  return `<figure id="${chart.id}">\n${drawChart(chart, pagePalette)}${text}\n</figure>`;
}

function notesBlock(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<div class="note"><ul>${notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join('')}</ul></div>`;
}

function factsTable(facts: Record<string, string | number | boolean>): string {
  const rows = Object.entries(facts).map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeMarkup(name)}</th><td>${escapeMarkup(String(value))}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<table>${rows.join('')}</table>`;
}

/** A table with right-aligned columns of numbers and a line between the rows of different curves. */
function htmlTable(table: TextTable, caption?: string): string {
  const { headings, rows } = table;
  const classes = numericColumns(table).map((numeric) => (numeric ? ' class="number"' : ''));
  // Rows of one curve have the same cells before the level.
  const level = headings.indexOf('level');
  const head = headings.map(
    (heading, column) => `<th scope="col"${classes[column]}>${escapeMarkup(heading)}</th>`,
  );
  const body = rows.map((row, index) => {
    const isGroup = index > 0 && row.slice(0, level).join() !== rows[index - 1]!.slice(0, level).join();
    const cells = row.map((cell, column) => `<td${classes[column]}>${escapeMarkup(cell)}</td>`);
    return `<tr${isGroup ? ' class="group"' : ''}>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table>${caption ? `<caption>${escapeMarkup(caption)}</caption>` : ''}
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
}

import { describeMachine } from '../runs/machine.js';
import { pageScript } from '../page-script.js';
import { reportTitle, type ReportContent } from '../formats/report-format.js';
import { answersOf, type Answer, type ReadSection } from '../sections/section.js';
import { narrowSummary } from '../tables/narrow-summary.js';
import { summaryTable } from '../tables/summary-table.js';
import { contentPolicy } from './content-policy.js';
import { contentsHtml, type Entry } from './contents-html.js';
import { figureHtml } from './figure-html.js';
import { leadText } from './lead-text.js';
import { escapeMarkup } from './markup.js';
import { reportStyle } from './report-style.js';
import { tableHtml } from './table-html.js';

// Characters of the summary that a page of 1000 pixels has room for.
const summaryWidth = 112;

/**
 * The report as one self-contained HTML page: the answer, charts to explore, settings, machine, tables to sort, and how it
 * was measured. Without its script, it is a page of still charts and tables.
 */
export function reportHtml({ sections, runInfo }: ReportContent): string {
  const script = pageScript();
  const read = sections.map(({ section, rows }) => ({
    section,
    rows,
    charts: rows ? section.charts(rows) : [],
  }));
  const tables = [
    {
      id: 'table-overview',
      title: 'Every figure of the summary',
      table: summaryTable(sections, 'all levels'),
    },
    ...read.flatMap(({ section, rows }) =>
      rows
        ? section
            .tables(rows)
            .map((titled, index) => ({ ...titled, id: `table-${section.id}${index > 0 ? `-${index}` : ''}` }))
        : [],
    ),
  ];
  // What the answer follows from stands right below it.
  const answering = read.filter(({ section }) => section.answer);
  const others = read.filter(({ section }) => !section.answer);
  const entryOf = ({ section: { id, title }, charts }: (typeof read)[number]): Entry => ({
    id: `section-${id}`,
    title,
    entries: charts.length > 1 ? charts.map((chart) => ({ id: chart.id, title: chart.title })) : [],
  });
  const contents: Entry[] = [
    ...answering.map(entryOf),
    { id: 'summary', title: 'Summary' },
    ...others.map(entryOf),
    { id: 'settings', title: 'Settings and machine' },
    { id: 'tables', title: 'All models', entries: tables },
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${reportTitle}</title>
<style>${reportStyle}</style>
</head>
<body>
<div class="page">
<header>
<h1>${reportTitle}</h1>
${answersOf(sections).map(answerHtml).join('\n')}
<p class="lead">${escapeMarkup(leadText(sections))}</p>
${notesBlock(runInfo.notes ?? [])}
</header>
${contentsHtml(contents)}
<main>
${answering.map(sectionHtml).join('\n')}
<section aria-labelledby="summary">
<h2 id="summary">Summary</h2>
${tableHtml(narrowSummary(sections, summaryWidth), {
  name: 'Summary',
  caption: 'A few levels of each norm and block shape; every level and figure is in the tables at the end.',
  sortable: false,
})}
</section>
${others.map(sectionHtml).join('\n')}
<section aria-labelledby="settings">
<h2 id="settings">Settings and machine</h2>
<div class="facts">
<div><h3>Settings</h3>${factsTable(runInfo.settings ?? {}) || '<p>Not recorded.</p>'}</div>
<div><h3>${runInfo.machine ? 'Machine' : 'Machine that made this report'}</h3>${factsTable(runInfo.machine ?? describeMachine())}</div>
</div>
</section>
<section aria-labelledby="tables">
<h2 id="tables">All models</h2>
${tables.map(({ id, title, table }) => `<h3 id="${id}">${escapeMarkup(title)}</h3>\n${tableHtml(table, { name: title })}`).join('\n')}
</section>
</main>
<footer>Made by @ds/bench-report from the benchmark's CSV files.</footer>
</div>
<script type="application/json" id="charts">${scriptData(read.flatMap(({ charts }) => charts))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can stand in a script element, which ends at the first \`</script\`. */
function scriptData(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function answerHtml({ sentence, facts }: Answer): string {
  const lines = facts.map(([name, text]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(text)}</dd>`);
  return `<section class="answer" aria-label="The answer"><p>${escapeMarkup(sentence)}</p>${lines.length > 0 ? `<dl>${lines.join('')}</dl>` : ''}</section>`;
}

/** The charts of a section; the caption of the first says how all were measured. */
function sectionHtml({
  section: { id, title, missing, notes },
  rows,
  charts,
}: ReadSection & { charts: ReturnType<ReadSection['section']['charts']> }): string {
  const figures = charts.map((chart, index) =>
    figureHtml(chart, { heading: title, caption: rows && index === 0 ? notes(rows) : '' }),
  );
  return `<section aria-labelledby="section-${id}">
<h2 id="section-${id}">${escapeMarkup(title)}</h2>
${rows ? figures.join('\n') : `<p class="note">${escapeMarkup(missing ?? '')}</p>`}
</section>`;
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

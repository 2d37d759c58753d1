import { join } from 'node:path';
import { checkOutputs, writeWhole } from '@ds/files';
import { drawChart } from './drawing/draw-chart.js';
import { lightPalette } from './drawing/palette.js';
import { reportFormats } from './formats/report-formats.js';
import { chartFileName, pathsOfReports, removeEarlierReport } from './report-files.js';
import { readRunInfo, type RunInfo } from './runs/run-info.js';
import { answersOf, answerText, type Answer, type ReportInputs } from './sections/section.js';
import { foreignModels } from './sections/foreign-models.js';
import { readSections } from './sections/sections.js';
import { narrowSummary } from './tables/narrow-summary.js';
import { formatTerminalTable } from './tables/terminal-table.js';

/** The result of `createReport`. */
export interface Report {
  /** Path of the report. */
  reportFile: string;
  /** Paths of the charts. */
  chartFiles: string[];
  /** The summary as a table for a terminal. */
  table: string;
  /** The smallest model within the bound on ROC AUC, a line for each fact; empty where the frontier was not given. */
  answer: string;
  /** The same as data: the smallest model and the facts about it, one for each section that has one. */
  answers: readonly Answer[];
  /** A sentence for each chart that was left out, and why. */
  leftOut: string[];
  /** A sentence for each results file that has models which the metadata file lacks. */
  notes: string[];
}

/**
 * Turns the CSV files of a benchmark run into charts (`size.svg`, `frontier.svg`, `accuracy.svg`, `roc-auc.svg`, `log-loss.svg`,
 * `forward-time.svg`, `memory.svg`, `activation-auc.svg`, `activation-time.svg`) and a report: one self-contained `report.html`, or tables in another format. A chart
 * whose CSV is not given is left out. Chart files and reports that an earlier run of this wrote and this one does not are
 * removed, so that the folder holds one run; other files stay. Everything is drawn before the first file is written.
 *
 * @throws Error naming the file, line and column of an input that cannot be read, the output that cannot be written, an
 *   input in the folder that has the name of a file of a report, or two inputs that have no model in common.
 */
export async function createReport({
  outputDir,
  runInfo = {},
  format: formatId = 'html',
  maxAucLoss,
  tableWidth = 80,
  ...inputs
}: ReportInputs & {
  /** Folder of the report; created if missing. */
  outputDir: string;
  /** Settings, machine and notes to show, or the path of a JSON file of them. Default: the machine that makes the report. */
  runInfo?: RunInfo | string;
  /** `html`, `json` (every value, not rounded), `markdown` or `latex` (tables for booktabs); default `html`. */
  format?: string;
  /** Share of its ROC AUC that the smallest model may lose on the validation split; default 0.001. */
  maxAucLoss?: number | undefined;
  /** Characters in a line of the returned table, which shows fewer columns to fit. Default: 80. */
  tableWidth?: number | undefined;
}): Promise<Report> {
  const format = reportFormats.find(({ id }) => id === formatId);
  if (!format) {
    const known = reportFormats.map(({ id }) => id).join(', ');
    throw new Error(`format: expected one of ${known}, found ${formatId}`);
  }
  const reportFile = join(outputDir, format.fileName);
  const infoFile = typeof runInfo === 'string' ? runInfo : undefined;
  checkOutputs({
    inputs: [...Object.values(inputs), infoFile],
    // The report first, so that an error about the folder names it.
    outputs: [...new Set([reportFile, ...pathsOfReports(outputDir)])],
  });
  const info = typeof runInfo === 'string' ? await readRunInfo(runInfo) : runInfo;
  const sections = await readSections(inputs, { maxAucLoss });
  const notes = foreignModels(sections, inputs);
  const shown = sections.map(({ section, rows }) => ({ charts: rows ? section.charts(rows) : [] }));
  const reportText = format.write({ sections, runInfo: info });
  const drawn = shown
    .flatMap(({ charts }) => charts)
    .map((chart) => ({
      path: join(outputDir, chartFileName(chart.id)),
      text: drawChart(chart, { palette: lightPalette, width: 960, framed: true }),
    }));
  const files = [...drawn, { path: reportFile, text: reportText }];
  for (const { path, text } of files) await writeWhole(path, (file) => file.writeFile(text));
  await removeEarlierReport(
    outputDir,
    files.map(({ path }) => path),
  );
  return {
    reportFile,
    chartFiles: drawn.map(({ path }) => path),
    table: formatTerminalTable(narrowSummary(sections, tableWidth)),
    answer: answersOf(sections).map(answerText).join('\n'),
    answers: answersOf(sections),
    leftOut: sections.flatMap(({ section, rows }) => (rows ? [] : (section.missing ?? []))),
    notes,
  };
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '@ds/files';
import { readBenchmarkTables } from './benchmark-tables.js';
import { drawChart } from './drawing/draw-chart.js';
import { forwardChart } from './sections/forward/forward-chart.js';
import { memoryChart } from './sections/memory/memory-chart.js';
import { measurementNotes } from './measurement-notes.js';
import { lightPalette } from './drawing/palette.js';
import { qualityCharts } from './sections/quality/quality-charts.js';
import { reportHtml } from './page/report-html.js';
import type { RunInfo } from './run-info.js';
import { sizeChart } from './sections/size/size-chart.js';
import { summaryTable } from './summary-table.js';
import { formatTerminalTable } from './terminal-table.js';

const chartIds = ['size', 'accuracy', 'roc-auc', 'log-loss', 'forward-time', 'memory'];

/** What `createReport` made. */
export interface Report {
  /** Path of the page. */
  reportFile: string;
  /** Paths of the charts. */
  chartFiles: string[];
  /** The summary as a table for a terminal. */
  table: string;
  /** A sentence for each chart that was left out, and why. */
  leftOut: string[];
}

/**
 * Turns the CSV files of a benchmark run into charts (`size.svg`, `accuracy.svg`, `roc-auc.svg`, `log-loss.svg`,
 * `forward-time.svg`, `memory.svg`) and one self-contained `report.html`. A chart whose CSV is not given is left out; a file
 * of that name from an earlier report is removed, so that the folder holds one run. Everything is drawn before
 * the first file is written.
 *
 * @throws Error naming the file, line and column of an input that cannot be read, or the output that cannot be
 *   written.
 */
export async function createReport({
  sparseModelMetadata,
  sparseModelMetrics,
  forwardTimeInfo,
  modelMemoryInfo,
  outputDir,
  runInfo = {},
}: {
  /** Path of `sparse_model_metadata.csv`, ours or the original's. */
  sparseModelMetadata: string;
  /** Path of `sparse_model_metrics.csv`. Default: no charts of quality. */
  sparseModelMetrics?: string;
  /** Path of `dlrm_forward_time_info.csv`. Default: no chart of forward time. */
  forwardTimeInfo?: string;
  /** Path of `model_memory_info.csv`. Default: no chart of memory. */
  modelMemoryInfo?: string;
  /** Folder of the report; made if missing. */
  outputDir: string;
  /** Settings, machine and notes that the page shows. Default: the machine that makes the report. */
  runInfo?: RunInfo;
}): Promise<Report> {
  const tables = await readBenchmarkTables({
    sparseModelMetadata,
    sparseModelMetrics,
    forwardTimeInfo,
    modelMemoryInfo,
  });
  const charts = [
    sizeChart(tables.sizes),
    ...(tables.quality ? qualityCharts(tables.quality) : []),
    ...(tables.forward ? [forwardChart(tables.forward)] : []),
    ...(tables.memory ? [memoryChart(tables.memory)] : []),
  ];
  const html = reportHtml({ tables, runInfo });
  const drawn = charts.map((chart) => ({
    path: join(outputDir, `${chart.id}.svg`),
    text: drawChart(chart, lightPalette),
  }));
  const reportFile = join(outputDir, 'report.html');
  for (const { path, text } of [...drawn, { path: reportFile, text: html }]) {
    await writeWhole(path, (file) => file.writeFile(text));
  }
  const drawnIds = charts.map(({ id }) => id);
  for (const id of chartIds) {
    if (!drawnIds.includes(id)) await rm(join(outputDir, `${id}.svg`), { force: true });
  }
  const notes = measurementNotes(tables);
  return {
    reportFile,
    chartFiles: drawn.map(({ path }) => path),
    table: formatTerminalTable(summaryTable(tables)),
    leftOut: (['quality', 'forward', 'memory'] as const)
      .filter((part) => !tables[part])
      .map((part) => notes[part]),
  };
}

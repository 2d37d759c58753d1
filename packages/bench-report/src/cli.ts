#!/usr/bin/env node
import { createProgram, jsonOption, Option, parseBetween, printResult, runProgram } from '@ds/command-line';
import packageJson from '../package.json';
import { compareRuns } from './compare/compare-runs.js';
import { comparisonText } from './compare/comparison-text.js';
import { createReport } from './create-report.js';
import { reportFormats } from './formats/report-formats.js';
import { mergeResults } from './runs/merge-results.js';

const program = createProgram({
  name: 'bench-report',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-report --sparse-model-metadata sparse_model_metadata.csv --sparse-model-metrics sparse_model_metrics.csv --forward-time-info dlrm_forward_time_info.csv --model-memory-info model_memory_info.csv --activation-sparsity activation_sparsity.csv --output-dir results
bench-report merge --output sparse_model_metadata.csv parts/*.csv
bench-report compare results results-of-another-machine`,
});

program
  .command('create', { isDefault: true })
  .description('draw the charts and write report.html (the default command)')
  .requiredOption('--sparse-model-metadata <file>', 'the CSV that bench-disk wrote')
  .option(
    '--sparse-model-metrics <file>',
    'the CSV that bench-metrics wrote; without it, no charts of quality',
  )
  .option(
    '--forward-time-info <file>',
    'the CSV that bench-forward wrote; without it, no chart of forward time',
  )
  .option('--model-memory-info <file>', 'the CSV that bench-memory wrote; without it, no chart of memory')
  .option(
    '--activation-sparsity <file>',
    'the CSV that bench-activations wrote; without it, no charts of sparse activations',
  )
  .option(
    '--compression-frontier <file>',
    'the CSV that bench-frontier wrote; without it, no frontier and no smallest model',
  )
  .option(
    '--max-auc-loss <share>',
    'share of its ROC AUC that the smallest model may lose',
    parseBetween(0, 1),
    0.001,
  )
  .option('--output-dir <folder>', 'where the charts and the report go', 'results')
  .addOption(
    new Option('--format <format>', 'the report: a page, all values, or tables for a text')
      .choices(reportFormats.map(({ id }) => id))
      .default('html'),
  )
  .option('--run-info <file>', 'JSON with the settings, machine and notes to show; default: this machine')
  .option(
    '--wide',
    'every column in the table on stdout, however wide; default: what fits 80 characters',
    false,
  )
  .addOption(jsonOption())
  .option('--quiet', 'no table on stdout, only the path of the report', false)
  .action(async (options) => {
    const report = await createReport({
      sparseModelMetadata: options.sparseModelMetadata,
      sparseModelMetrics: options.sparseModelMetrics,
      forwardTimeInfo: options.forwardTimeInfo,
      modelMemoryInfo: options.modelMemoryInfo,
      compressionFrontier: options.compressionFrontier,
      maxAucLoss: options.maxAucLoss,
      activationSparsity: options.activationSparsity,
      outputDir: options.outputDir,
      format: options.format,
      tableWidth: options.wide ? Infinity : undefined,
      runInfo: options.runInfo,
    });
    const { table, answer, leftOut, notes, ...files } = report;
    if (!options.quiet) [...notes, ...leftOut].forEach((note) => process.stderr.write(`${note}\n`));
    const shown = options.quiet ? [] : [table];
    printResult(options, {
      text: [...shown, files.reportFile, ...(answer && !options.quiet ? ['', answer] : [])].join('\n'),
      document: { ...files, answers: report.answers, leftOut, notes },
    });
  });

program
  .command('compare')
  .description('compare two results folders model by model: settings, and every difference beyond noise')
  .argument(
    '<first>',
    'the folder of a run: the CSV files that its run.json lists, or all if there is no list',
  )
  .argument('<second>', 'the folder of another run')
  .addOption(jsonOption())
  .action(async (first: string, second: string, options) => {
    const comparison = await compareRuns(first, second);
    printResult(options, { text: comparisonText(comparison), document: comparison });
  });

program
  .command('merge')
  .description('merge the parts of a results CSV that shards wrote; fails on a missing or duplicate row')
  .argument('<parts...>', 'the CSV files of the shards')
  .requiredOption('--output <file>', 'the merged CSV')
  .option(
    '--like <file>',
    'a CSV that lists the expected models, such as the merged sparse_model_metadata.csv',
  )
  .addOption(jsonOption())
  .option('--quiet', 'print nothing', false)
  .action(async (parts: string[], options) => {
    const rows = await mergeResults({ parts, output: options.output, like: options.like });
    if (options.quiet && !options.json) return;
    printResult(options, {
      text: `${rows} rows: ${options.output}`,
      document: { output: options.output, rows },
    });
  });

await runProgram(program);

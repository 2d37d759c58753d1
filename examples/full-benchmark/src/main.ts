#!/usr/bin/env node
import { createProgress, runProgram } from '@ds/command-line';
import { benchmarkProgram } from './options.js';
import { runBenchmark } from './run-benchmark.js';

const program = benchmarkProgram(async (options) => {
  const progress = createProgress({ quiet: options.quiet });
  try {
    const { report, csvFiles } = await runBenchmark(options, progress);
    progress.finish();
    process.stdout.write(`${report.table}\n`);
    process.stdout.write(`report: ${report.reportFile}\n`);
    process.stdout.write([...csvFiles, ...report.chartFiles].map((path) => `        ${path}\n`).join(''));
    if (report.answer) process.stdout.write(`\n${report.answer}\n`);
  } finally {
    progress.finish();
  }
});

await runProgram(program);

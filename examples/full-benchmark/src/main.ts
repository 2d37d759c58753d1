#!/usr/bin/env node
import { createProgress, printResult, runProgram } from '@ds/command-line';
import { benchmarkProgram } from './options.js';

const program = benchmarkProgram(async (options) => {
  // Loading what it runs takes longer than telling wrong usage.
  const { runBenchmark } = await import('./run-benchmark.js');
  const progress = createProgress({ quiet: options.quiet });
  try {
    const { report, csvFiles, seconds } = await runBenchmark(options, progress);
    progress.finish();
    const { table, answer, answers, reportFile, chartFiles } = report;
    const paths = [...csvFiles, ...chartFiles].map((path) => `        ${path}`);
    printResult(options, {
      text: [table, `report: ${reportFile}`, ...paths, ...(answer ? ['', answer] : [])].join('\n'),
      document: { reportFile, csvFiles, chartFiles, answers, seconds: Object.fromEntries(seconds) },
    });
  } finally {
    progress.finish();
  }
});

await runProgram(program);

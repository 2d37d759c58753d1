#!/usr/bin/env node
import {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  madeFromOf,
  methodsOption,
  modelsAndDataOptions,
  Option,
  parseCount,
  refuseUsage,
  runProgram,
} from '@ds/command-line';
import { methods } from '@ds/bench-models';
import { engineChoices, engineLine } from '@ds/dlrm';
import packageJson from '../package.json';
import { runMetricsBenchmark } from './run-metrics-benchmark.js';

const program = createBenchProgram({
  name: 'bench-metrics',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-metrics --processed-data-file kaggleAdDisplayChallenge_processed.npz --sparse-model-metadata sparse_model_metadata.csv`,
  options: [
    ...modelsAndDataOptions({ rows: 'the test split is used' }),
    new Option('--decimals <number>', 'decimals of the metrics, or `all`')
      .argParser((text) => (text === 'all' ? Infinity : parseCount(0)(text)))
      .default(3),
    new Option('--batch-size <rows>', 'rows evaluated at a time').argParser(parseCount(1)).default(16384),
    methodsOption(methods, { description: 'only models of these methods (default: all), of' }),
    benchEngineOption(engineChoices),
  ],
  output: { holds: 'a row for each model', path: 'sparse_model_metrics.csv' },
  progressLabel: 'evaluated models',
  run: async (options, part, note) => {
    const rows = await runMetricsBenchmark({
      processedDataFile: options.processedDataFile,
      sparseModelMetadata: options.sparseModelMetadata,
      decimals: options.decimals,
      batchSize: options.batchSize,
      methods: options.methods,
      engine: options.engine,
      dayCounts: dayCountsOf(options, note),
      madeFrom: refuseUsage(program, () => madeFromOf(options)),
      onEngine: (engine) => note(engineLine(engine)),
      onNote: note,
      ...part,
    });
    return { measured: `quality of ${rows.length} models`, rows };
  },
});

await runProgram(program);

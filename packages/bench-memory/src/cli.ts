#!/usr/bin/env node
import {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  madeFromOf,
  methodsOption,
  modelsAndDataOptions,
  Option,
  parseChoice,
  parseCount,
  parseList,
  parseBetween,
  refuseUsage,
  runProgram,
} from '@ds/command-line';
import { methods, tableTypes } from '@ds/bench-models';
import { engineChoices, engineLine } from '@ds/dlrm';
import packageJson from '../package.json';
import { runMemoryBenchmark } from './run-memory-benchmark.js';

const program = createBenchProgram({
  name: 'bench-memory',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-memory --processed-data-file kaggleAdDisplayChallenge_processed.npz --sparse-model-metadata sparse_model_metadata.csv --sparsity-levels 0,0.9,1`,
  options: [
    ...modelsAndDataOptions({ rows: 'the first test batch is served' }),
    new Option('--batch-size <rows>', 'rows of the batch; fewer if the test split has fewer')
      .argParser(parseCount(1))
      .default(16384),
    new Option('--sparsity-levels <list>', 'only models with these levels (default: all)').argParser(
      parseList(parseBetween(0, 1)),
    ),
    new Option('--types <list>', 'the kinds of tables to measure')
      .argParser(parseList(parseChoice(tableTypes)))
      .default(tableTypes, tableTypes.join(',')),
    methodsOption(methods, { description: 'only models of these methods (default: all), of' }),
    benchEngineOption(engineChoices),
  ],
  output: { holds: 'a row for each model and kind of tables', path: 'model_memory_info.csv' },
  progressLabel: 'served models',
  run: async (options, part, note) => {
    const rows = await runMemoryBenchmark({
      processedDataFile: options.processedDataFile,
      sparseModelMetadata: options.sparseModelMetadata,
      batchSize: options.batchSize,
      sparsityLevels: options.sparsityLevels,
      types: options.types,
      methods: options.methods,
      engine: options.engine,
      dayCounts: dayCountsOf(options, note),
      madeFrom: refuseUsage(program, () => madeFromOf(options)),
      onEngine: (engine) => note(engineLine(engine)),
      onNote: note,
      ...part,
    });
    return { measured: `memory of ${rows.length} served models`, rows };
  },
});

await runProgram(program);

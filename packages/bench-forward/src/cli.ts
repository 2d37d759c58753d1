#!/usr/bin/env node
import {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  madeFromOf,
  methodsOption,
  modelsAndDataOptions,
  Option,
  parseBytes,
  parseChoice,
  parseCount,
  parseList,
  parseBetween,
  refuseUsage,
  runProgram,
} from '@ds/command-line';
import { dlrmTypes, methods } from '@ds/bench-models';
import { engineChoices, engineLine } from '@ds/dlrm';
import packageJson from '../package.json';
import { runForwardBenchmark } from './run-forward-benchmark.js';

const program = createBenchProgram({
  name: 'bench-forward',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-forward --processed-data-file kaggleAdDisplayChallenge_processed.npz --sparse-model-metadata sparse_model_metadata.csv --sparsity-levels 0,0.9,1 --runs 10`,
  options: [
    ...modelsAndDataOptions({ rows: 'the first test batch is used' }),
    new Option('--runs <number>', 'forward passes for each model; the first is not counted')
      .argParser(parseCount(2))
      .default(100),
    new Option('--batch-size <rows>', 'rows of the batch; fewer if the test split has fewer')
      .argParser(parseCount(1))
      .default(16384),
    new Option('--sparsity-levels <list>', 'only models with these levels (default: all)').argParser(
      parseList(parseBetween(0, 1)),
    ),
    new Option('--types <list>', 'the forward passes to time')
      .argParser(parseList(parseChoice(dlrmTypes)))
      .default(dlrmTypes, dlrmTypes.join(',')),
    new Option(
      '--model-bytes <bytes>',
      'memory for the models that are timed in turn, such as 4GB (default: half of what is available)',
    ).argParser(parseBytes),
    methodsOption(methods, { description: 'only models of these methods (default: all), of' }),
    benchEngineOption(engineChoices),
  ],
  output: { holds: 'a row for each model and forward pass', path: 'dlrm_forward_time_info.csv' },
  progressLabel: 'timed models',
  run: async (options, part, note) => {
    const times = await runForwardBenchmark({
      processedDataFile: options.processedDataFile,
      sparseModelMetadata: options.sparseModelMetadata,
      runs: options.runs,
      batchSize: options.batchSize,
      sparsityLevels: options.sparsityLevels,
      types: options.types,
      modelBytes: options.modelBytes,
      methods: options.methods,
      engine: options.engine,
      dayCounts: dayCountsOf(options, note),
      madeFrom: refuseUsage(program, () => madeFromOf(options)),
      onEngine: (engine) => note(engineLine(engine)),
      onNote: note,
      ...part,
    });
    // A part can be empty if there are more parts than rows.
    const batch = times[0] ? ` of a batch of ${times[0].batchSize} rows` : '';
    return { measured: `${times.length} forward times${batch}`, rows: times };
  },
});

await runProgram(program);

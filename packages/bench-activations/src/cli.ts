#!/usr/bin/env node
import {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  dayCountsOption,
  Option,
  parseChoice,
  parseCount,
  parseList,
  parseNumber,
  runProgram,
  threadsOption,
} from '@ds/command-line';
import { activationVariants } from '@ds/bench-models';
import { engineChoices, engineLine } from '@ds/dlrm';
import packageJson from '../package.json';
import {
  defaultActivationLevels,
  defaultLayers,
  runActivationsBenchmark,
} from './run-activations-benchmark.js';
import { scoreIds } from './scores/scores.js';
import { defaultTables } from './tables/table-methods.js';

const program = createBenchProgram({
  name: 'bench-activations',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-activations --model-path criteo_model.ckpt --processed-data-file kaggleAdDisplayChallenge_processed.npz --sparsity-levels 0,0.5,0.9 --tables dense`,
  options: [
    new Option(
      '--model-path <file>',
      'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip',
    ).makeOptionMandatory(),
    new Option(
      '--processed-data-file <file>',
      'the processed rows (npz); the training split ranks the columns, the test split is measured on',
    ).makeOptionMandatory(),
    new Option(
      '--layers <list>',
      "layers whose inputs lose columns, by PyTorch's names; top_l.0 takes z, top_l.2 the units of the layer before it",
    )
      .argParser(parseList(String))
      .default(defaultLayers, defaultLayers.join(',')),
    new Option('--sparsity-levels <list>', 'fractions of the columns to drop, each from 0 to 1')
      .argParser(parseList(parseNumber))
      .default(defaultActivationLevels, defaultActivationLevels.join(',')),
    new Option('--scores <list>', 'what ranks the columns')
      .argParser(parseList(parseChoice(scoreIds)))
      .default(scoreIds, scoreIds.join(',')),
    new Option(
      '--tables <list>',
      'how tables are compressed: dense, block-norm-<level>, mixed-precision-<ratio>x',
    )
      .argParser(parseList(String))
      .default(defaultTables, defaultTables.join(',')),
    new Option('--types <list>', 'how the columns are dropped')
      .argParser(parseList(parseChoice(activationVariants)))
      .default(activationVariants, activationVariants.join(',')),
    new Option('--calibration-rows <rows>', 'training rows for ranking the columns')
      .argParser(parseCount(1))
      .default(100_000),
    new Option('--seed <number>', 'seed for selecting these rows').argParser(parseCount()).default(1),
    new Option('--runs <number>', 'forward passes of each model; the first is not counted')
      .argParser(parseCount(2))
      .default(10),
    new Option('--batch-size <rows>', 'rows of the batch; fewer if the test split has fewer')
      .argParser(parseCount(1))
      .default(16384),
    dayCountsOption(),
    benchEngineOption(engineChoices),
    threadsOption(),
  ],
  output: { holds: 'a row for each level, score, kind of tables and type', path: 'activation_sparsity.csv' },
  progressLabel: 'measured models',
  run: async (options, part, note) => {
    const rows = await runActivationsBenchmark({
      modelPath: options.modelPath,
      processedDataFile: options.processedDataFile,
      layers: options.layers,
      sparsityLevels: options.sparsityLevels,
      scores: options.scores,
      tables: options.tables,
      types: options.types,
      calibrationRows: options.calibrationRows,
      seed: options.seed,
      runs: options.runs,
      batchSize: options.batchSize,
      engine: options.engine,
      threads: options.threads,
      dayCounts: dayCountsOf(options, note),
      onEngine: (engine) => note(engineLine(engine)),
      onNote: note,
      ...part,
    });
    // A part is empty if there are more parts than rows.
    const batch = rows[0] ? ` of a batch of ${rows[0].batchSize} rows` : '';
    return { measured: `quality and forward times${batch} of ${rows.length} models`, rows };
  },
});

await runProgram(program);

#!/usr/bin/env node
import {
  benchEngineOption,
  createBenchProgram,
  dayCountsOf,
  dayCountsOption,
  methodsOption,
  Option,
  parseChoice,
  parseCount,
  refuseUsage,
  runProgram,
  scopeOption,
  settingOption,
  tableOption,
  threadsOption,
} from '@ds/command-line';
import { dumpFormats, methods, methodSettings } from '@ds/bench-models';
import { engineChoices, engineLine } from '@ds/dlrm';
import packageJson from '../package.json';
import { keptModels } from './disk-benchmark-options.js';
import { chosenMethods, runDiskBenchmark } from './run-disk-benchmark.js';

const program = createBenchProgram({
  name: 'bench-disk',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models
bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models --sparsity-levels 0,0.5,0.9 --norms L1
bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models --methods rows-nearest,mixed-precision --processed-data-file kaggleAdDisplayChallenge_processed.npz --format both
bench-disk --model-path criteo_model.ckpt --keep-models none`,
  options: [
    new Option(
      '--model-path <file>',
      'the trained model: .ckpt, .pt, .pth, .safetensors or .npz',
    ).makeOptionMandatory(),
    new Option('--sparsified-model-dump-path <folder>', 'where the pruned models go'),
    new Option(
      '--keep-models <which>',
      'all, or none: sizes are counted without writing, and the other benchmarks make the models again',
    )
      .argParser(parseChoice(keptModels))
      .default('all'),
    methodsOption(methods, { description: 'how tables are compressed (default: block-norm), of' }),
    scopeOption(methods),
    ...methodSettings.map(settingOption),
    new Option(
      '--processed-data-file <file>',
      'the processed rows (npz) that the model was trained on, for the methods that rank by training rows',
    ),
    dayCountsOption(),
    new Option('--calibration-rows <rows>', 'training rows of their backward pass')
      .argParser(parseCount(1))
      .default(100_000),
    new Option('--seed <number>', 'seed for selecting these rows').argParser(parseCount()).default(1),
    benchEngineOption(engineChoices),
    new Option(
      '--format <format>',
      'how to write the models: dense, sparse (tables as they are served) or both',
    )
      .argParser(parseChoice(dumpFormats))
      .default('dense'),
    tableOption('prune'),
    threadsOption(),
  ],
  output: { holds: 'a row for each model', path: 'sparse_model_metadata.csv' },
  progressLabel: 'pruned models',
  run: async ({ modelPath, sparsifiedModelDumpPath, table, ...options }, part, note) => {
    const { processedDataFile, calibrationRows, seed, engine } = options;
    if (options.methods && options.scope) {
      program.error('error: --methods and --scope: expected one of them, found both');
    }
    if (options.keepModels === 'all' && sparsifiedModelDumpPath === undefined) {
      program.error(
        'error: --sparsified-model-dump-path: expected a folder for the models, found none; only --keep-models none needs none',
      );
    }
    if (options.keepModels === 'none' && sparsifiedModelDumpPath !== undefined) {
      program.error(
        'error: --sparsified-model-dump-path and --keep-models none: expected one of them, found both',
      );
    }
    const calibrated = methods.find(
      ({ id, needs }) => needs === 'calibration' && options.methods?.includes(id),
    );
    if (calibrated && !processedDataFile) {
      program.error(
        `error: method ${calibrated.id}: expected training rows to rank by, found no --processed-data-file`,
      );
    }
    refuseUsage(program, () => {
      for (const method of chosenMethods(options.methods, options.scope)) method.grid(options);
    });
    const calibration = processedDataFile && {
      ...{ processedDataFile, calibrationRows, seed, engine },
      dayCounts: dayCountsOf(options, note),
      onEngine: (description: Parameters<typeof engineLine>[0]) => note(engineLine(description)),
    };
    const models = await runDiskBenchmark({
      modelPath,
      dumpPath: sparsifiedModelDumpPath,
      tables: table,
      calibration,
      onNote: note,
      ...options,
      ...part,
    });
    return { measured: `${models.length} models`, rows: models };
  },
});

await runProgram(program);

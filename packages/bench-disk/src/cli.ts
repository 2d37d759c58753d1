#!/usr/bin/env node
import {
  createBenchProgram,
  Option,
  parseChoice,
  runProgram,
  scopeOption,
  settingOption,
  threadsOption,
} from '@ds/command-line';
import { dumpFormats, methods, methodSettings } from '@ds/bench-models';
import packageJson from '../package.json';
import { runDiskBenchmark } from './run-disk-benchmark.js';

const program = createBenchProgram({
  name: 'bench-disk',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models
bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models --sparsity-levels 0,0.5,0.9 --norms L1`,
  options: [
    new Option(
      '--model-path <file>',
      'the trained model: .ckpt, .pt, .pth, .safetensors or .npz',
    ).makeOptionMandatory(),
    new Option('--sparsified-model-dump-path <folder>', 'where the pruned models go').makeOptionMandatory(),
    ...methodSettings.map(settingOption),
    scopeOption(methods),
    new Option('--format <format>', 'how models are dumped: dense, sparse (only the kept blocks) or both')
      .argParser(parseChoice(dumpFormats))
      .default('dense'),
    new Option(
      '--table <pattern>',
      'a table to prune, * for any characters; may be given again (default: the tables known by their names)',
    ).argParser((pattern: string, before: string[] | undefined) => [...(before ?? []), pattern]),
    threadsOption(),
  ],
  output: { holds: 'a row for each model', path: 'sparse_model_metadata.csv' },
  progressLabel: 'pruned models',
  run: async ({ modelPath, sparsifiedModelDumpPath, table, ...options }, part, note) => {
    const models = await runDiskBenchmark({
      modelPath,
      dumpPath: sparsifiedModelDumpPath,
      tables: table,
      onNote: note,
      ...options,
      ...part,
    });
    return `${models.length} models`;
  },
});

await runProgram(program);

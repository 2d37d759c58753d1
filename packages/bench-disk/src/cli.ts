#!/usr/bin/env node
import {
  createBenchProgram,
  Option,
  parseChoice,
  parseList,
  parseNumber,
  runProgram,
  threadsOption,
} from '@ds/command-line';
import {
  defaultNorms,
  defaultSparseBlockShapes,
  defaultSparsityLevels,
  dumpFormats,
  parseBlockShape,
} from '@ds/bench-models';
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
    new Option('--sparsity-levels <list>', 'fractions of the blocks to prune, each from 0 to 1')
      .argParser(parseList(parseNumber))
      .default(defaultSparsityLevels, defaultSparsityLevels.join(',')),
    new Option('--sparse-block-shapes <list>', 'rows x columns of the blocks')
      .argParser(parseList(parseBlockShape))
      .default(defaultSparseBlockShapes, '1x1,1x4'),
    new Option('--norms <list>', 'norms that order the blocks, of L1 and L2')
      .argParser(parseList(String))
      .default(defaultNorms, 'L1,L2'),
    new Option('--format <format>', 'how models are dumped: dense, sparse (only the kept blocks) or both')
      .argParser(parseChoice(dumpFormats))
      .default('dense'),
    new Option(
      '--table <pattern>',
      'a table to prune, * for any characters; may be given again (default: the tables known by their names)',
    ).argParser((pattern: string, before: string[] | undefined) => [...(before ?? []), pattern]),
    new Option('--all-combinations', 'also L2 with 1x1, whose order is that of L1').default(false),
    threadsOption(),
  ],
  output: { holds: 'a row for each model', path: 'sparse_model_metadata.csv' },
  progressLabel: 'pruned models',
  run: async (options, part, note) => {
    const models = await runDiskBenchmark({
      modelPath: options.modelPath,
      dumpPath: options.sparsifiedModelDumpPath,
      sparsityLevels: options.sparsityLevels,
      sparseBlockShapes: options.sparseBlockShapes,
      norms: options.norms,
      allCombinations: options.allCombinations,
      format: options.format,
      threads: options.threads,
      tables: options.table,
      onNote: note,
      ...part,
    });
    return `${models.length} models`;
  },
});

await runProgram(program);

#!/usr/bin/env node
import {
  createProgram,
  createProgress,
  Option,
  parseChoice,
  parseCount,
  parseList,
  parseNumber,
  runProgram,
} from '@ds/command-line';
import packageJson from '../package.json';
import { defaultNorms, defaultSparseBlockShapes, defaultSparsityLevels } from './grid.js';
import { parseBlockShape } from './parse-block-shape.js';
import { resolveShard, shardPath } from './shard.js';
import { dumpFormats, runDiskBenchmark } from './run-disk-benchmark.js';

const program = createProgram({
  name: 'bench-disk',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models
bench-disk --model-path criteo_model.ckpt --sparsified-model-dump-path models --sparsity-levels 0,0.5,0.9 --norms L1`,
})
  .requiredOption('--model-path <file>', 'the trained model: .ckpt, .pt, .pth, .safetensors or .npz')
  .requiredOption('--sparsified-model-dump-path <folder>', 'where the pruned models go')
  .option('--output <file>', 'the CSV with a row for each model', 'sparse_model_metadata.csv')
  .addOption(
    new Option('--sparsity-levels <list>', 'fractions of the blocks to prune, each from 0 to 1')
      .argParser(parseList(parseNumber))
      .default(defaultSparsityLevels, defaultSparsityLevels.join(',')),
  )
  .addOption(
    new Option('--sparse-block-shapes <list>', 'rows x columns of the blocks')
      .argParser(parseList(parseBlockShape))
      .default(defaultSparseBlockShapes, '1x1,1x4'),
  )
  .addOption(
    new Option('--norms <list>', 'norms that order the blocks, of L1 and L2')
      .argParser(parseList(String))
      .default(defaultNorms, 'L1,L2'),
  )
  .addOption(
    new Option('--format <format>', 'how models are dumped: dense, sparse (only the kept blocks) or both')
      .argParser(parseChoice(dumpFormats))
      .default('dense'),
  )
  .option('--all-combinations', 'also L2 with 1x1, whose order is that of L1', false)
  .addOption(new Option('--threads <number>', 'default: the available processors').argParser(parseCount(1)))
  .option('--shard <part>', 'work on this part only, such as 2/8; by itself in a Slurm array job')
  .option('--quiet', 'no progress', false)
  .action(async (options, command) => {
    const shard = resolveShard(options.shard);
    // Parts that run the same command line must not write the same file.
    const isDefault = command.getOptionValueSource('output') === 'default';
    const output = isDefault ? shardPath(options.output, shard) : options.output;
    const progress = createProgress({ quiet: options.quiet });
    try {
      const models = await runDiskBenchmark({
        modelPath: options.modelPath,
        dumpPath: options.sparsifiedModelDumpPath,
        output,
        shard,
        sparsityLevels: options.sparsityLevels,
        sparseBlockShapes: options.sparseBlockShapes,
        norms: options.norms,
        allCombinations: options.allCombinations,
        format: options.format,
        threads: options.threads,
        onProgress: progress.stage('pruned models'),
      });
      process.stdout.write(`${models.length} models: ${output}\n`);
    } finally {
      progress.finish();
    }
  });

await runProgram(program);

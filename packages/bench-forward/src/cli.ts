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
import { resolveShard, shardPath } from '@ds/bench-disk';
import { engineChoices } from '@ds/dlrm';
import packageJson from '../package.json';
import { dlrmTypes } from './forward-columns.js';
import { runForwardBenchmark } from './run-forward-benchmark.js';

const program = createProgram({
  name: 'bench-forward',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-forward --processed-data-file kaggleAdDisplayChallenge_processed.npz --sparse-model-metadata sparse_model_metadata.csv --sparsity-levels 0,0.9,1 --runs 10`,
})
  .requiredOption('--processed-data-file <file>', 'the processed rows (npz); the first test batch is used')
  .requiredOption('--sparse-model-metadata <file>', 'the CSV that bench-disk wrote')
  .option('--raw-data-file <file>', "for the original's command lines; not read (see the README)")
  .option('--output <file>', 'the CSV with two rows for each model', 'dlrm_forward_time_info.csv')
  .addOption(
    new Option('--runs <number>', 'forward passes for each model, the first of which is not counted')
      .argParser(parseCount(2))
      .default(100),
  )
  .addOption(
    new Option('--batch-size <rows>', 'rows of the batch, or fewer where the test split has fewer')
      .argParser(parseCount(1))
      .default(16384),
  )
  .addOption(
    new Option('--sparsity-levels <list>', 'time only the models with these levels (default: all)').argParser(
      parseList(parseNumber),
    ),
  )
  .addOption(
    new Option('--types <list>', 'which forward passes')
      .argParser(parseList(parseChoice(dlrmTypes)))
      .default(dlrmTypes, dlrmTypes.join(',')),
  )
  .addOption(
    new Option('--engine <engine>', 'what runs the network, see `dlrm engines`')
      .argParser(parseChoice(engineChoices))
      .default('auto'),
  )
  .option('--shard <part>', 'work on this part only, such as 2/8; by itself in a Slurm array job')
  .option('--quiet', 'no progress', false)
  .action(async (options, command) => {
    const shard = resolveShard(options.shard);
    // Parts that run the same command line must not write the same file.
    const isDefault = command.getOptionValueSource('output') === 'default';
    const output = isDefault ? shardPath(options.output, shard) : options.output;
    const progress = createProgress({ quiet: options.quiet });
    try {
      const times = await runForwardBenchmark({
        processedDataFile: options.processedDataFile,
        sparseModelMetadata: options.sparseModelMetadata,
        output,
        shard,
        runs: options.runs,
        batchSize: options.batchSize,
        sparsityLevels: options.sparsityLevels,
        types: options.types,
        engine: options.engine,
        onProgress: progress.stage('timed models'),
      });
      process.stdout.write(
        `${times.length} forward times of a batch of ${times[0]!.batchSize} rows: ${output}\n`,
      );
    } finally {
      progress.finish();
    }
  });

await runProgram(program);

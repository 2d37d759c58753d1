#!/usr/bin/env node
import { createProgram, createProgress, Option, parseChoice, parseCount, runProgram } from '@ds/command-line';
import { resolveShard, shardPath } from '@ds/bench-disk';
import { engineChoices } from '@ds/dlrm';
import packageJson from '../package.json';
import { runMetricsBenchmark } from './run-metrics-benchmark.js';

const program = createProgram({
  name: 'bench-metrics',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-metrics --processed-data-file kaggleAdDisplayChallenge_processed.npz --sparse-model-metadata sparse_model_metadata.csv`,
})
  .requiredOption('--processed-data-file <file>', 'the processed rows (npz); the test split is used')
  .requiredOption('--sparse-model-metadata <file>', 'the CSV that bench-disk wrote')
  .option('--raw-data-file <file>', "for the original's command lines; not read (see the README)")
  .option('--output <file>', 'the CSV with a row for each model', 'sparse_model_metrics.csv')
  .addOption(
    new Option('--decimals <number>', 'decimals of the metrics, or `all`')
      .argParser((text) => (text === 'all' ? Infinity : parseCount(0)(text)))
      .default(3),
  )
  .addOption(
    new Option('--batch-size <rows>', 'rows evaluated at once').argParser(parseCount(1)).default(16384),
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
      const rows = await runMetricsBenchmark({
        processedDataFile: options.processedDataFile,
        sparseModelMetadata: options.sparseModelMetadata,
        output,
        shard,
        decimals: options.decimals,
        batchSize: options.batchSize,
        engine: options.engine,
        onProgress: progress.stage('evaluated models'),
      });
      process.stdout.write(`quality of ${rows.length} models: ${output}\n`);
    } finally {
      progress.finish();
    }
  });

await runProgram(program);

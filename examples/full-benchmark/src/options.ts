import {
  createProgram,
  Option,
  parseChoice,
  parseCount,
  parseList,
  parseNumber,
  quietOption,
  threadsOption,
  type Command,
} from '@ds/command-line';
import { defaultSparsityLevels } from '@ds/bench-disk';
import { engineChoices, type EngineChoice } from '@ds/dlrm';

/** What the benchmark is run with. */
export interface BenchmarkOptions {
  rows: number;
  seed: number;
  outputDir: string;
  rawDataFile?: string;
  processedDataFile?: string;
  modelPath?: string;
  epochs: number;
  learningRate: number;
  sparsityLevels: readonly number[];
  norms: readonly string[];
  allCombinations: boolean;
  fullForward: boolean;
  forwardRuns: number;
  threads?: number;
  engine: EngineChoice;
  quiet: boolean;
}

/** The program `npm run benchmark`; `run` is called with its options when they fit together. */
export function benchmarkProgram(run: (options: BenchmarkOptions) => Promise<void>): Command {
  return createProgram({
    name: 'npm run benchmark --',
    description:
      'Runs the whole benchmark: synthetic rows (or your own), preprocessing, training, pruning over the grid, ' +
      'size on disk, quality, forward time, memory, report.',
    version: '0.1.0',
    example: `npm run benchmark
npm run benchmark -- --rows 50000 --output-dir small
npm run benchmark -- --raw-data-file train.txt --model-path criteo_model.ckpt --output-dir kaggle`,
  })
    .addOption(new Option('--rows <number>', 'synthetic rows').argParser(parseCount(14)).default(200_000))
    .addOption(
      new Option('--seed <number>', 'of the rows, the initial model and the order of training')
        .argParser(parseCount())
        .default(1),
    )
    .option('--output-dir <folder>', 'where everything goes', 'results')
    .option(
      '--raw-data-file <file>',
      'rows of the Criteo Kaggle file (text or gzip), instead of synthetic ones',
    )
    .option(
      '--processed-data-file <file>',
      'an npz of `criteo-data preprocess` or data_utils.py, instead of rows',
    )
    .option('--model-path <file>', 'a checkpoint trained on that data, instead of training one')
    .addOption(new Option('--epochs <number>', 'of training').argParser(parseCount(1)).default(1))
    .addOption(new Option('--learning-rate <rate>', 'of training').argParser(parseNumber).default(0.1))
    .addOption(
      new Option('--sparsity-levels <list>', 'fractions of the blocks to prune, each from 0 to 1')
        .argParser(parseList(parseNumber))
        .default(defaultSparsityLevels, defaultSparsityLevels.join(',')),
    )
    .addOption(
      new Option('--norms <list>', 'norms that order the blocks')
        .argParser(parseList(String))
        .default(['L1', 'L2'], 'L1,L2'),
    )
    .option('--all-combinations', 'also L2 with blocks of 1x1, whose order is that of L1', false)
    .option(
      '--full-forward',
      'time the forward pass at every level, 100 runs each, as the original does, and measure memory at every level',
      false,
    )
    .addOption(
      new Option(
        '--forward-runs <number>',
        'runs of each model without --full-forward, the first not counted',
      )
        .argParser(parseCount(2))
        .default(3),
    )
    .addOption(threadsOption())
    .addOption(
      new Option('--engine <engine>', 'what runs the network')
        .argParser(parseChoice(engineChoices))
        .default('auto'),
    )
    .addOption(quietOption())
    .action(async (options: BenchmarkOptions, command: Command) => {
      const { rawDataFile, processedDataFile, modelPath } = options;
      if (rawDataFile !== undefined && processedDataFile !== undefined)
        command.error('error: --raw-data-file and --processed-data-file: expected one of them, found both');
      if (modelPath !== undefined && rawDataFile === undefined && processedDataFile === undefined) {
        command.error(
          'error: --model-path needs the data that the model was trained on: give --raw-data-file or --processed-data-file',
        );
      }
      await run(options);
    });
}

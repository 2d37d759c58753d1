#!/usr/bin/env node
import {
  benchEngineOption,
  createProgram,
  createProgress,
  dayCountsOf,
  dayCountsOption,
  freshOption,
  jsonOption,
  Option,
  parseBytes,
  parseCount,
  parseBetween,
  printResult,
  quietOption,
  refuseUsage,
  runProgram,
  tableOption,
} from '@ds/command-line';
import { checkOutputs } from '@ds/files';
import { engineChoices, engineLine, type EngineChoice } from '@ds/dlrm';
import packageJson from '../package.json' with { type: 'json' };
import { compressModel } from './compress-model.js';
import type { CompressionGoal } from './compress-model-options.js';
import type { RowForm } from './compress-tables.js';
import { compressionReport } from './compression-report.js';
import { expectExtension, outputFormat, outputFormats, type OutputFormatId } from './output-formats.js';

interface CompressOptions {
  modelPath: string;
  processedDataFile?: string;
  data: boolean;
  maxAucLoss?: number;
  ratio?: number;
  maxBytes?: number;
  output: string;
  format: OutputFormatId;
  rows: RowForm;
  refit?: boolean;
  calibrationRows: number;
  seed: number;
  engine: EngineChoice;
  table?: string[];
  dayCounts?: string;
  fresh: boolean;
  json: boolean;
  quiet?: boolean;
}

const program = createProgram({
  name: 'compress-tables',
  description: packageJson.description,
  version: packageJson.version,
  example: [
    'compress-tables --model-path criteo_model.ckpt --processed-data-file kaggleAdDisplayChallenge_processed.npz \\',
    '  --max-auc-loss 1e-4 --output small.safetensors',
  ].join('\n'),
});
program
  .requiredOption('--model-path <path>', 'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip')
  .option(
    '--processed-data-file <path>',
    'npz file of `criteo-data preprocess` on which the model was trained',
  )
  .option('--no-data', 'without data: keep rows by their norm alone, without measuring quality')
  .option(
    '--max-auc-loss <loss>',
    'the smallest tables that lose at most this ROC AUC, such as 1e-4, on the validation split',
    parseBetween(0, 1),
  )
  .option('--ratio <ratio>', 'tables this many times smaller than in float32', parseBetween(1))
  .option('--max-bytes <bytes>', 'tables of at most this many bytes, such as 40MB', parseBytes)
  .requiredOption('--output <path>', 'file to write')
  .addOption(
    new Option(
      '--format <format>',
      'safetensors: tables stay small; ckpt: dense again, for torch.load; fbgemm: rows and index remappings in safetensors',
    )
      .choices(outputFormats.map(({ id }) => id))
      .default('safetensors'),
  )
  .addOption(
    new Option(
      '--rows <form>',
      'projected: rows may also be coefficients in a basis of their table; quantized: codes only, always so with fbgemm',
    )
      .choices(['projected', 'quantized'])
      .default('projected'),
  )
  .option(
    '--refit',
    'scale groups of rows to fit half of the validation rows, if the other half says that it helps; costs no bytes',
  )
  .option('--calibration-rows <rows>', 'training rows for the calibration pass', parseCount(1), 100_000)
  .option('--seed <number>', 'seed for selecting these rows', parseCount(), 1)
  .addOption(tableOption('compress'))
  .addOption(dayCountsOption())
  .addOption(benchEngineOption(engineChoices))
  .addOption(freshOption())
  .addOption(jsonOption())
  .addOption(quietOption())
  .action(run);
await runProgram(program);

async function run(options: CompressOptions): Promise<void> {
  const goal = goalOf(options);
  if (options.data === (options.processedDataFile === undefined)) {
    program.error('error: expected one of --processed-data-file and --no-data');
  }
  if (!options.data && 'maxAucLoss' in goal) {
    program.error('error: --max-auc-loss needs --processed-data-file');
  }
  if (!options.data && options.refit) program.error('error: --refit needs --processed-data-file');
  refuseUsage(program, () => expectExtension(outputFormat(options.format), options.output));
  checkOutputs({
    inputs: [options.modelPath, options.processedDataFile, options.dayCounts],
    outputs: [options.output],
  });
  const progress = createProgress(options);
  try {
    const { modelPath, processedDataFile, output, format, rows, refit } = options;
    const { calibrationRows, seed, engine, fresh } = options;
    const compressed = await compressModel({
      ...{ modelPath, processedDataFile, goal, rows, refit, output, format },
      ...{ calibrationRows, seed, engine, fresh },
      tables: options.table,
      dayCounts: dayCountsOf(options, progress.note),
      onNote: progress.note,
      onResumed: (sizes) =>
        progress.note(`resuming after ${sizes} ${sizes === 1 ? 'size' : 'sizes'}; --fresh starts over`),
      onEngine: (description) => progress.note(engineLine(description)),
      onStage: progress.stage,
    });
    progress.note(`wrote ${output}`);
    progress.finish();
    printResult(options, { text: compressionReport(compressed), document: compressed });
  } finally {
    progress.finish();
  }
}

function goalOf({ maxAucLoss, ratio, maxBytes }: CompressOptions): CompressionGoal {
  const goals: CompressionGoal[] = [];
  if (maxAucLoss !== undefined) goals.push({ maxAucLoss });
  if (ratio !== undefined) goals.push({ ratio });
  if (maxBytes !== undefined) goals.push({ bytes: maxBytes });
  if (goals.length !== 1) {
    program.error(`error: expected one of --max-auc-loss, --ratio and --max-bytes, found ${goals.length}`);
  }
  return goals[0]!;
}

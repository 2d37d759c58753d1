import { openCriteoDataset, type Split } from '@ds/criteo-data';
import {
  createProgress,
  dayCountsOf,
  dayCountsOption,
  jsonOption,
  Option,
  parseChoice,
  parseCount,
  printResult,
  quietOption,
  type Command,
} from '@ds/command-line';
import { evaluate } from '../training/evaluate.js';
import { binaryClassificationMetrics } from '../training/metrics.js';
import { loadForData } from './load-for-data.js';
import {
  archInteractionOpOption,
  engineOption,
  qrOperationOption,
  type SharedOptions,
} from './shared-options.js';
import { withFiniteScores } from './with-finite-scores.js';

interface EvaluateOptions extends SharedOptions {
  processedDataFile: string;
  modelPath: string;
  split: Split;
  dayCounts?: string;
  testMiniBatchSize: number;
  json?: boolean;
}

/** `dlrm evaluate`: the metrics of a checkpoint on one split, on stdout. */
export function addEvaluateCommand(program: Command): void {
  const splits = ['train', 'test', 'validation', 'all'] as const;
  program
    .command('evaluate')
    .description('measure the quality of a checkpoint on a split of a processed Criteo file')
    .requiredOption('--processed-data-file <path>', 'npz file of `criteo-data preprocess`')
    .requiredOption(
      '--model-path <path>',
      'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip',
    )
    .addOption(
      new Option('--split <split>', `rows to predict: ${splits.join(', ')}`)
        .argParser(parseChoice(splits))
        .default('test'),
    )
    .option('--test-mini-batch-size <rows>', 'rows per forward pass', parseCount(1), 16384)
    .addOption(dayCountsOption())
    .addOption(engineOption())
    .addOption(archInteractionOpOption())
    .addOption(qrOperationOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(runEvaluate);
}

async function runEvaluate(options: EvaluateOptions): Promise<void> {
  const { processedDataFile, split, testMiniBatchSize: batchSize } = options;
  const progress = createProgress(options);
  let metrics;
  try {
    const dataset = await openCriteoDataset({
      processedDataFile,
      dayCounts: dayCountsOf(options, progress.note),
      split,
      onProgress: progress.stage('read data'),
    });
    const model = await loadForData(options, dataset, progress);
    if (!dataset.isLabelled) {
      throw new Error(`${processedDataFile}: expected rows with labels, found none; use dlrm predict`);
    }
    if (dataset.length === 0) {
      throw new Error(`${processedDataFile}: expected rows in the ${split} split, found none`);
    }
    const { labels, scores } = await evaluate({
      model: withFiniteScores(model, options.modelPath),
      dataset,
      batchSize,
      onProgress: progress.stage('evaluate'),
    });
    await dataset.close();
    await model.dispose();
    metrics = { rows: dataset.length, ...binaryClassificationMetrics(labels, scores) };
  } finally {
    progress.finish();
  }
  printResult(options, { text: metricLines(metrics), document: metrics });
}

function metricLines(metrics: Record<string, number | undefined>): string {
  return Object.entries(metrics)
    .map(([name, value]) => {
      const text = value === undefined ? 'undefined' : Number.isInteger(value) ? value : value.toFixed(6);
      return `${name.padEnd(18)} ${text}\n`;
    })
    .join('');
}

import { openCriteoDataset } from '@ds/criteo-data';
import {
  createProgress,
  jsonOption,
  parseCount,
  printResult,
  quietOption,
  type Command,
} from '@ds/command-line';
import { checkOutputs } from '@ds/files';
import { writePredictions } from '../training/write-predictions.js';
import { loadForData } from './load-for-data.js';
import {
  archInteractionOpOption,
  engineOption,
  qrOperationOption,
  type SharedOptions,
} from './shared-options.js';
import { withFiniteScores } from './with-finite-scores.js';

interface PredictOptions extends SharedOptions {
  processedDataFile: string;
  modelPath: string;
  output: string;
  json?: boolean;
  testMiniBatchSize: number;
}

/** `dlrm predict`: a probability for each row of a processed file, labelled or not. */
export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('write the probability of a click for every row of a processed Criteo file, labelled or not')
    .requiredOption(
      '--processed-data-file <path>',
      'npz file of `criteo-data preprocess`, preprocessed with the --dictionaries of the training rows',
    )
    .requiredOption(
      '--model-path <path>',
      'checkpoint: .ckpt, .pt, .pth, .safetensors, .npz, or one in a .zip',
    )
    .option('--output <path>', 'CSV to write: row (from 1) and probability', 'predictions.csv')
    .option('--test-mini-batch-size <rows>', 'rows per forward pass', parseCount(1), 16384)
    .addOption(engineOption())
    .addOption(archInteractionOpOption())
    .addOption(qrOperationOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(runPredict);
}

async function runPredict(options: PredictOptions): Promise<void> {
  const { processedDataFile, modelPath, output, testMiniBatchSize: batchSize } = options;
  checkOutputs({ inputs: [processedDataFile, modelPath], outputs: [output] });
  const progress = createProgress(options);
  let rows: number;
  try {
    const dataset = await openCriteoDataset({
      processedDataFile,
      split: 'all',
      onProgress: progress.stage('read data'),
    });
    const model = await loadForData(options, dataset, progress);
    await writePredictions({
      model: withFiniteScores(model, modelPath),
      dataset,
      batchSize,
      output,
      onProgress: progress.stage('predict'),
    });
    rows = dataset.length;
    await dataset.close();
    await model.dispose();
  } finally {
    progress.finish();
  }
  printResult(options, { text: `${rows} rows: ${output}`, document: { output, rows } });
}

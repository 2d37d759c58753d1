import { openCriteoDataset } from '@ds/criteo-data';
import { createProgress, parseCount, parseNumber, type Command } from '@ds/command-line';
import { kaggleDlrmConfig } from '../config.js';
import { Dlrm } from '../dlrm.js';
import { train } from '../train.js';
import { expectCheckpointOutput } from './expect-output.js';
import { engineLine, engineOption, quietOption, type SharedOptions } from './shared-options.js';

interface TrainOptions extends SharedOptions {
  processedDataFile: string;
  saveModel: string;
  epochs: number;
  learningRate: number;
  miniBatchSize: number;
  seed: number;
}

/** `dlrm train`: the Kaggle network, with tables for the data's values, trained on days 1 to 6. */
export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('train a model on the training days of a processed Criteo file')
    .requiredOption('--processed-data-file <path>', 'npz file of `criteo-data preprocess`')
    .requiredOption('--save-model <path>', 'checkpoint to write: .ckpt, .pt, .pth, .safetensors or .npz')
    .option('--epochs <count>', 'times that every row is seen', parseCount(1), 1)
    .option('--learning-rate <rate>', 'of stochastic gradient descent', parseNumber, 0.1)
    .option('--mini-batch-size <rows>', 'rows of a step', parseCount(1), 128)
    .option('--seed <number>', 'seed of the initial parameters and of the order', parseCount(), 1)
    .addOption(engineOption())
    .addOption(quietOption())
    .action(runTrain);
}

async function runTrain(options: TrainOptions): Promise<void> {
  const { processedDataFile, saveModel, epochs, learningRate, miniBatchSize: batchSize, seed } = options;
  expectCheckpointOutput(saveModel);
  const progress = createProgress(options);
  try {
    const dataset = await openCriteoDataset({
      processedDataFile,
      split: 'train',
      onProgress: progress.stage('read data'),
    });
    const config = { ...kaggleDlrmConfig, tableRows: [...dataset.counts] };
    const model = await Dlrm.create(config, { seed, engine: options.engine });
    progress.note(engineLine(model.engine));
    await train({
      model,
      dataset,
      epochs,
      learningRate,
      batchSize,
      seed,
      onProgress: progress.stage('train'),
      afterEpoch: ({ epoch, loss }) => progress.note(`epoch ${epoch + 1}: mean loss ${loss.toFixed(6)}`),
    });
    await dataset.close();
    await model.save(saveModel);
    await model.dispose();
    progress.note(`wrote ${saveModel}`);
  } finally {
    progress.finish();
  }
}

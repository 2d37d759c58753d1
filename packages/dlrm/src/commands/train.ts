import { dayCountFiles, idsMetadata, openCriteoDataset } from '@ds/criteo-data';
import {
  createProgress,
  dayCountsOf,
  dayCountsOption,
  freshOption,
  Option,
  parseCount,
  parseBetween,
  quietOption,
  type Command,
  type Progress,
} from '@ds/command-line';
import { fingerprintOf, whileHolding } from '@ds/files';
import { saveCheckpoint } from '@ds/tensor-files';
import { kaggleConfigFor } from '../models/dlrm/config.js';
import { Dlrm } from '../models/dlrm/dlrm.js';
import { sparsifyEveryEpoch, stepSchedule } from '../training/sparsify-every-epoch.js';
import { train, type TrainingPosition } from '../training/train.js';
import { expectCheckpointOutput } from './expect-output.js';
import { engineLine } from '../engines/engine-line.js';
import { engineOption, type SharedOptions } from './shared-options.js';
import { openTrainingCheckpoints, type TrainingCheckpoints } from './training-checkpoints.js';
import { version } from '../../package.json';

interface TrainOptions extends SharedOptions {
  processedDataFile: string;
  saveModel: string;
  dayCounts?: string;
  archInteractionOp: 'dot' | 'cat';
  archInteractionItself?: boolean;
  epochs: number;
  learningRate: number;
  miniBatchSize: number;
  seed: number;
  sparsifyEveryEpoch?: boolean;
  sparsityLevel: number;
  sparsityGamma: number;
  sparsityStepSize: number;
  checkpointEvery?: number;
  fresh: boolean;
}

/** `dlrm train`: the Kaggle network, with tables for the data's values, trained on days 1 to 6. */
export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('train a model on the training days of a processed Criteo file')
    .requiredOption('--processed-data-file <path>', 'npz file of `criteo-data preprocess`')
    .requiredOption('--save-model <path>', 'checkpoint to write: .ckpt, .pt, .pth, .safetensors or .npz')
    .addOption(
      new Option(
        '--arch-interaction-op <op>',
        'the interaction: dot products of the vectors, or their concatenation',
      )
        .choices(['dot', 'cat'])
        .default('dot'),
    )
    .option('--arch-interaction-itself', "include each vector's dot product with itself")
    .option('--epochs <count>', 'number of epochs', parseCount(1), 1)
    .option('--learning-rate <rate>', 'learning rate of stochastic gradient descent', parseBetween(0), 0.1)
    .option('--mini-batch-size <rows>', 'rows per step', parseCount(1), 128)
    .option('--seed <number>', 'seed of the initial parameters and the order of the rows', parseCount(), 1)
    .option('--sparsify-every-epoch', 'sparsify a copy after each epoch, and save the last one')
    .option(
      '--sparsity-level <level>',
      'fraction of blocks pruned after the first epoch',
      parseBetween(0, 1),
      0.5,
    )
    .option('--sparsity-gamma <factor>', 'factor for the level, which stays at most 1', parseBetween(0), 1)
    .option('--sparsity-step-size <epochs>', 'epochs between the multiplications', parseCount(1), 1)
    .option(
      '--checkpoint-every <steps>',
      'save the training beside the output as often, so that the same command continues it after an early end',
      parseCount(1),
    )
    .addOption(dayCountsOption())
    .addOption(engineOption())
    .addOption(freshOption())
    .addOption(quietOption())
    .action(runTrain);
}

async function runTrain(options: TrainOptions): Promise<void> {
  const { processedDataFile, saveModel } = options;
  expectCheckpointOutput(saveModel, { inputs: [processedDataFile] });
  const progress = createProgress(options);
  try {
    // From the start, because a second training for the same file would fail only at its end.
    await whileHolding([saveModel], () => trainAndSave(options, progress));
  } finally {
    progress.finish();
  }
}

async function trainAndSave(options: TrainOptions, progress: Progress): Promise<void> {
  const { processedDataFile, saveModel, epochs, learningRate, miniBatchSize: batchSize, seed } = options;
  const dataset = await openCriteoDataset({
    processedDataFile,
    dayCounts: dayCountsOf(options, progress.note),
    split: 'train',
    onProgress: progress.stage('read data'),
  });
  const { archInteractionOp, archInteractionItself = false } = options;
  const { counts, denseFeatures, idsFingerprint } = dataset;
  const config = kaggleConfigFor(counts, { denseFeatures, archInteractionOp, archInteractionItself });
  const metadata = idsMetadata(idsFingerprint);
  const checkpoints = options.checkpointEvery === undefined ? undefined : await openCheckpoints(options);
  const last = checkpoints?.last;
  const model = last
    ? await Dlrm.load(last.path, { engine: options.engine })
    : await Dlrm.create(config, { seed, engine: options.engine, metadata });
  if (last) {
    const { epoch, steps } = last.position;
    progress.note(`continuing after step ${steps} of epoch ${epoch + 1}; --fresh starts over`);
  }
  progress.note(engineLine(model.engine));
  const sparsity = options.sparsifyEveryEpoch
    ? sparsifyEveryEpoch({
        schedule: stepSchedule({
          level: options.sparsityLevel,
          gamma: options.sparsityGamma,
          stepSize: options.sparsityStepSize,
        }),
        onEpoch: ({ level, zeros }) =>
          progress.note(
            `sparsified at level ${level}: ${(100 * zeros).toFixed(2)} % of the table values are 0`,
          ),
      })
    : undefined;
  await train({
    model,
    dataset,
    epochs,
    learningRate,
    batchSize,
    seed,
    ...(last && { from: last.position }),
    onProgress: progress.stage('train'),
    ...(checkpoints && { afterStep: saveEvery(options.checkpointEvery!, { model, checkpoints }) }),
    afterEpoch: ({ epoch, model: trained, loss }) => {
      progress.note(`epoch ${epoch + 1}: mean loss ${loss.toFixed(6)}`);
      sparsity?.afterEpoch({ epoch, model: trained });
    },
  });
  await dataset.close();
  if (sparsity) await saveCheckpoint(saveModel, sparsity.sparsified(), { metadata: model.metadata });
  else await model.save(saveModel);
  await model.dispose();
  checkpoints?.remove();
  progress.note(`wrote ${saveModel}`);
}

async function openCheckpoints(options: TrainOptions): Promise<TrainingCheckpoints> {
  const { processedDataFile, saveModel, fresh, dayCounts } = options;
  // How often they are saved and what is shown change nothing.
  const settings = { ...options, version, checkpointEvery: undefined, fresh: undefined, quiet: undefined };
  const files = [processedDataFile, ...(await dayCountFiles(processedDataFile, { file: dayCounts }))];
  const fingerprint = await fingerprintOf(settings, files);
  return openTrainingCheckpoints({ output: saveModel, fingerprint, fresh });
}

function saveEvery(
  steps: number,
  { model, checkpoints }: { model: Dlrm; checkpoints: TrainingCheckpoints },
): (position: TrainingPosition) => Promise<void> {
  let since = 0;
  return async (position) => {
    if (++since % steps === 0) await checkpoints.save(model, position);
  };
}

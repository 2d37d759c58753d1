import { dayCountFiles, idsMetadata, openCriteoDataset, type CriteoDataset } from '@ds/criteo-data';
import {
  createProgress,
  dayCountsOf,
  dayCountsOption,
  freshOption,
  Option,
  parseCount,
  parseBetween,
  parsePositive,
  quietOption,
  type Command,
  type Progress,
} from '@ds/command-line';
import { checkOutputs, fingerprintOf, whileHolding } from '@ds/files';
import { saveCheckpoint } from '@ds/tensor-files';
import { kaggleConfigFor } from '../models/dlrm/config.js';
import { Dlrm, optimizers, type OptimizerName } from '../models/dlrm/dlrm.js';
import { sparsifyEveryEpoch, stepSchedule } from '../training/sparsify-every-epoch.js';
import { defaultLearningRates, train, type TrainingPosition } from '../training/train.js';
import { parseCheckpointPath } from './parse-checkpoint-path.js';
import { engineLine } from '../engines/engine-line.js';
import { loadToTrain, type LoadedModel } from './load-to-train.js';
import { engineOption, type SharedOptions } from './shared-options.js';
import { openTrainingCheckpoints, type TrainingCheckpoints } from './training-checkpoints.js';
import { version } from '../../package.json';

interface TrainOptions extends SharedOptions {
  processedDataFile: string;
  saveModel: string;
  dayCounts?: string;
  loadModel?: string;
  holdPruned?: boolean;
  archInteractionItself?: boolean;
  epochs: number;
  optimizer: OptimizerName;
  learningRate?: number;
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
    .requiredOption(
      '--save-model <path>',
      'checkpoint to write: .ckpt, .pt, .pth, .safetensors or .npz',
      parseCheckpointPath,
    )
    .option('--load-model <path>', 'train this checkpoint further, of any format that `dlrm evaluate` reads')
    .option('--hold-pruned', 'with --load-model: values of its tables that are 0 stay 0')
    .addOption(
      new Option(
        '--arch-interaction-op <op>',
        'the interaction: dot products of the vectors, or their concatenation (default: dot, or that of --load-model)',
      ).choices(['dot', 'cat']),
    )
    .option('--arch-interaction-itself', "include each vector's dot product with itself")
    .option('--epochs <count>', 'number of epochs', parseCount(1), 1)
    .addOption(
      new Option(
        '--optimizer <name>',
        'stochastic gradient descent, or Adagrad with one accumulator a row of a table (row-wise)',
      )
        .choices(optimizers)
        .default('sgd'),
    )
    .addOption(
      new Option(
        '--learning-rate <rate>',
        `learning rate (default: ${optimizers.map((name) => `${defaultLearningRates[name]} for ${name}`).join(', ')})`,
      ).argParser(parsePositive),
    )
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
      'steps between saves of the training next to the output; the same command then continues an interrupted run',
      parseCount(1),
    )
    .addOption(dayCountsOption())
    .addOption(engineOption())
    .addOption(freshOption())
    .addOption(quietOption())
    .action((options: TrainOptions, command: Command) => {
      if (options.holdPruned && options.loadModel === undefined) {
        command.error('error: --hold-pruned needs --load-model');
      }
      if (options.archInteractionItself && options.loadModel !== undefined) {
        command.error(
          'error: --arch-interaction-itself: expected no --load-model, which has its own interaction',
        );
      }
      return runTrain(options);
    });
}

async function runTrain(options: TrainOptions): Promise<void> {
  const { processedDataFile, saveModel, loadModel } = options;
  checkOutputs({ inputs: [processedDataFile, loadModel, options.dayCounts], outputs: [saveModel] });
  const progress = createProgress(options);
  try {
    // Held from the start, because otherwise a second training for the same file would fail only at its end.
    await whileHolding([saveModel], () => trainAndSave(options, progress));
  } finally {
    progress.finish();
  }
}

async function trainAndSave(options: TrainOptions, progress: Progress): Promise<void> {
  const { processedDataFile, saveModel, epochs, optimizer, miniBatchSize: batchSize, seed } = options;
  const { learningRate = defaultLearningRates[optimizer] } = options;
  const dataset = await openCriteoDataset({
    processedDataFile,
    dayCounts: dayCountsOf(options, progress.note),
    split: 'train',
    onProgress: progress.stage('read data'),
  });
  const checkpoints = options.checkpointEvery === undefined ? undefined : await openCheckpoints(options);
  const last = checkpoints?.last;
  const loaded =
    options.loadModel === undefined
      ? undefined
      : await loadToTrain(options, { dataset, note: progress.note });
  const model = last
    ? await Dlrm.load(last.path, { engine: options.engine })
    : await startOf(loaded, options, dataset);
  if (last) {
    await last.continueOptimizer(model);
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
    optimizer,
    learningRate,
    batchSize,
    seed,
    held: loaded?.held,
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

/** The model before the first step: the loaded one, or a new one. */
function startOf(
  loaded: LoadedModel | undefined,
  { seed, engine, archInteractionOp, archInteractionItself = false }: TrainOptions,
  { counts, denseFeatures, idsFingerprint }: CriteoDataset,
): Promise<Dlrm> {
  if (loaded) return Dlrm.fromStateDict(loaded.state, { engine, metadata: loaded.metadata });
  const config = kaggleConfigFor(counts, { denseFeatures, archInteractionOp, archInteractionItself });
  return Dlrm.create(config, { seed, engine, metadata: idsMetadata(idsFingerprint) });
}

async function openCheckpoints(options: TrainOptions): Promise<TrainingCheckpoints> {
  const { processedDataFile, saveModel, loadModel, fresh, dayCounts } = options;
  // The interval between checkpoints and the output on the terminal do not affect the result.
  const settings = { ...options, version, checkpointEvery: undefined, fresh: undefined, quiet: undefined };
  const inputs = [processedDataFile, ...(loadModel === undefined ? [] : [loadModel])];
  const files = [...inputs, ...(await dayCountFiles(processedDataFile, { file: dayCounts }))];
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

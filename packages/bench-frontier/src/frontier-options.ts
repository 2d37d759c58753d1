import type { DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import type { OnStage, Training } from './models/open-model.js';

/** The options of `runFrontierBenchmark`. */
export interface FrontierOptions {
  /** A trained model. Default: one is trained for each seed, as `training` says. */
  modelPath?: string | undefined;
  /** How models are trained if none is given. Default: one epoch at a learning rate of 0.1. */
  training?: Training | undefined;
  /** The processed npz that the model was or is trained on. */
  processedDataFile: string;
  /** The CSV to write. */
  output: string;
  /** The ids of the `methods` of @ds/bench-models. Default: all. */
  methods?: readonly string[] | undefined;
  /** Target memory ratios of the tables relative to float32, for methods that can choose the size. Default: 8 to 300. */
  ratios?: readonly number[] | undefined;
  /** Settings of the methods' grids: sparsityLevels, sparseBlockShapes, norms, bits... Default: the methods' own. */
  grid?: object | undefined;
  /** Number of repetitions of calibration, and of training if no model is given. Default: 1. */
  seeds?: number | undefined;
  /** The first seed; the others follow. Default: 1. */
  seed?: number | undefined;
  /** Training rows of the calibration pass. Default: 100,000. */
  calibrationRows?: number | undefined;
  /**
   * Epochs that each compressed model is trained further, with its pruned values held at 0, and the uncompressed model too, to
   * be compared with. Default: 0.
   */
  trainOn?: number | undefined;
  /** Fraction of its ROC AUC that the best model may lose on the validation split. Default: 0.001. */
  maxAucLoss?: number | undefined;
  /** Folder for the best model, `model.safetensors`. Default: it is not written. */
  bestPath?: string | undefined;
  /** Folder for all models. Default: they are not written. */
  dumpPath?: string | undefined;
  /** Number of threads for ranking tables. Default: the available processors. */
  threads?: number | undefined;
  /** Names of the tables to compress; `*` stands for any characters. Default: the tables recognised by name. */
  tables?: readonly string[] | undefined;
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions | undefined;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice | undefined;
  /** Measure all models again, including those of an interrupted run. Default: false. */
  fresh?: boolean | undefined;
  /** Called with the number of models that an earlier run finished, if there are any. */
  onResumed?: ((finished: number) => void) | undefined;
  /** Called with the engine that runs the network, and why. */
  onEngine?: ((engine: EngineDescription) => void) | undefined;
  /** Called with notes on the checkpoint for the user, one line each. */
  onNote?: ((note: string) => void) | undefined;
  /** Called with the name of a stage; returns a function that takes its progress. */
  onStage?: OnStage | undefined;
}

const defaultRatios: readonly number[] = [8, 16, 30, 56, 100, 170, 300];

/** The options with their defaults. */
export type FrontierSettings = ReturnType<typeof withDefaults>;

/** The options with their defaults. @throws Error naming an invalid option. */
export function withDefaults(options: FrontierOptions) {
  const {
    ratios = defaultRatios,
    seeds = 1,
    seed = 1,
    calibrationRows = 100_000,
    trainOn = 0,
    maxAucLoss = 0.001,
  } = options;
  const { training = { epochs: 1, learningRate: 0.1 }, grid = {}, onStage = () => () => undefined } = options;
  if (ratios.length === 0) throw new Error('ratios: expected at least one, found none');
  const bad = ratios.find((ratio) => !(ratio >= 1 && ratio < Infinity));
  if (bad !== undefined) throw new Error(`ratio: expected a number of at least 1, found ${bad}`);
  if (!(Number.isSafeInteger(seeds) && seeds >= 1)) {
    throw new Error(`seeds: expected a whole number of at least 1, found ${seeds}`);
  }
  if (!(Number.isSafeInteger(trainOn) && trainOn >= 0)) {
    throw new Error(`trainOn: expected a whole number of epochs, found ${trainOn}`);
  }
  if (!(maxAucLoss >= 0 && maxAucLoss <= 1)) {
    throw new Error(`maxAucLoss: expected a fraction of the ROC AUC from 0 to 1, found ${maxAucLoss}`);
  }
  const ascending = [...new Set(ratios)].sort((a, b) => a - b);
  const counts = { seeds, seed, calibrationRows, trainOn };
  return { ...options, ratios: ascending, ...counts, maxAucLoss, training, grid, onStage };
}

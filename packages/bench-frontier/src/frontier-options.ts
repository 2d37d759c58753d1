import type { DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import type { OnStage, Training } from './open-model.js';

/** What `runFrontierBenchmark` takes. */
export interface FrontierOptions {
  /** A trained model. Default: one is trained for each seed, as `training` says. */
  modelPath?: string | undefined;
  /** How models are trained where none is given. Default: one epoch at a learning rate of 0.1. */
  training?: Training | undefined;
  /** The processed npz that the model was or is trained on. */
  processedDataFile: string;
  /** The CSV to write. */
  output: string;
  /** The ids of the `methods` of @ds/bench-models. Default: all. */
  methods?: readonly string[] | undefined;
  /** How many times smaller the tables are to be in memory, for methods that have a size to choose. Default: 8 to 300. */
  ratios?: readonly number[] | undefined;
  /** Settings of the methods' grids: sparsityLevels, sparseBlockShapes, norms, bits... Default: the methods' own. */
  grid?: object | undefined;
  /** How many times training, where no model is given, and calibration are repeated. Default: 1. */
  seeds?: number | undefined;
  /** The first seed; the others follow. Default: 1. */
  seed?: number | undefined;
  /** Training rows of the calibration pass. Default: 100,000. */
  calibrationRows?: number | undefined;
  /** Share of its ROC AUC that the best model may lose on the validation split. Default: 0.001. */
  maxAucLoss?: number | undefined;
  /** Folder for the best model, `model.safetensors` in it. Default: it is not written. */
  bestPath?: string | undefined;
  /** Folder for all models. Default: they are not written. */
  dumpPath?: string | undefined;
  /** Threads that rank tables. Default: the available processors. */
  threads?: number | undefined;
  /** Names of the tables to compress; `*` stands for any characters. Default: the tables known by their names. */
  tables?: readonly string[] | undefined;
  /** Where the rows of the days come from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions | undefined;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice | undefined;
  /** Measure all models again, also those that a run that ended early has finished. Default: false. */
  fresh?: boolean | undefined;
  /** Called with the number of models that an earlier run finished, if there are any. */
  onResumed?: ((finished: number) => void) | undefined;
  /** Called with what runs the network, and why. */
  onEngine?: ((engine: EngineDescription) => void) | undefined;
  /** Called with what the user should know of the checkpoint, a line each. */
  onNote?: ((note: string) => void) | undefined;
  /** Called with the name of a stage; gives what is called with how much of it is done. */
  onStage?: OnStage | undefined;
}

const defaultRatios: readonly number[] = [8, 16, 30, 56, 100, 170, 300];

/** The options with their defaults. */
export type FrontierSettings = ReturnType<typeof withDefaults>;

/** The options with their defaults. @throws Error naming the option that makes no sense. */
export function withDefaults(options: FrontierOptions) {
  const {
    ratios = defaultRatios,
    seeds = 1,
    seed = 1,
    calibrationRows = 100_000,
    maxAucLoss = 0.001,
  } = options;
  const { training = { epochs: 1, learningRate: 0.1 }, grid = {}, onStage = () => () => undefined } = options;
  if (ratios.length === 0) throw new Error('ratios: expected at least one, found none');
  const bad = ratios.find((ratio) => !(ratio >= 1 && ratio < Infinity));
  if (bad !== undefined) throw new Error(`ratio: expected a number of at least 1, found ${bad}`);
  if (!(Number.isSafeInteger(seeds) && seeds >= 1)) {
    throw new Error(`seeds: expected a whole number of at least 1, found ${seeds}`);
  }
  if (!(maxAucLoss >= 0 && maxAucLoss < 1)) {
    throw new Error(`maxAucLoss: expected a share from 0 to 1 of the ROC AUC, found ${maxAucLoss}`);
  }
  const ascending = [...new Set(ratios)].sort((a, b) => a - b);
  return { ...options, ratios: ascending, seeds, seed, calibrationRows, maxAucLoss, training, grid, onStage };
}

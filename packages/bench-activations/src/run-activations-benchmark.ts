import {
  activationPointColumns,
  activationSparsityColumns,
  measureModels,
  type ActivationPoint,
  type ActivationVariant,
  type MeasuredPart,
} from '@ds/bench-models';
import { dayCountFiles, type DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import { checkOutputs } from '@ds/files';
import { activationSparsity, type SparseActivations } from './activation-sparsity.js';
import { zLayer } from './column-statistics.js';
import { scoreIds, scoreOf } from './scores/scores.js';
import { defaultTables, tableMethodOf } from './tables/table-methods.js';

/** The default layers: the one that takes z. */
export const defaultLayers: readonly string[] = [zLayer];

/** The default levels. */
export const defaultActivationLevels: readonly number[] = [
  0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95,
];

/**
 * Drops columns of z (the input of the first top layer of a DLRM), or of the inputs of other layers, by each score at each
 * level, with dense and with compressed tables. Writes `activation_sparsity.csv`: quality on the test split and forward time on its first batch, compared with the
 * dense model. The columns are ranked on a seeded sample of the training split.
 *
 * @returns a row for each variant, kind of tables, score and level
 * @throws Error naming an invalid setting, a file that cannot be read, a model that does not fit the data, a layer that the
 *   model does not have, a level that drops all columns, or an output that cannot be written; no output is then left behind.
 */
export async function runActivationsBenchmark({
  modelPath,
  processedDataFile,
  layers = defaultLayers,
  sparsityLevels = defaultActivationLevels,
  scores = scoreIds,
  tables = defaultTables,
  types,
  calibrationRows = 100_000,
  seed = 1,
  runs = 10,
  batchSize = 16384,
  dayCounts,
  engine,
  threads,
  onEngine,
  onNote,
  ...part
}: MeasuredPart & {
  /** A trained model: any file of `loadCheckpoint`. */
  modelPath: string;
  /** The processed npz file on which it was trained. */
  processedDataFile: string;
  /** The layers whose inputs lose columns, the same fraction each, by PyTorch's names. Default: `top_l.0`, which takes z. */
  layers?: readonly string[];
  /** Fractions of the columns to drop, each from 0 to 1. Default: 0 to 0.9 in tenths, and 0.95. */
  sparsityLevels?: readonly number[];
  /** The scores for ranking the columns. Default: all. */
  scores?: readonly string[];
  /** How tables are compressed. Default: `dense`, `block-norm-0.9` and `mixed-precision-56x`. */
  tables?: readonly string[];
  /** How the columns are dropped. Default: all three ways. */
  types?: readonly ActivationVariant[];
  /** Training rows for ranking the columns, drawn without replacement; all if there are fewer. Default: 100,000. */
  calibrationRows?: number;
  /** Seed for selecting them. Default: 1. */
  seed?: number;
  /** Forward passes of each model, of which the first is not counted; at least 2. Default: 10. */
  runs?: number;
  /** Rows evaluated at a time, and rows of the timed batch. Default: 16384. */
  batchSize?: number;
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Number of threads, as for `Dlrm.load`. */
  threads?: number;
  /** Called once with the engine that runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with notes on the checkpoint for the user, one line each. */
  onNote?: (note: string) => void;
}): Promise<SparseActivations[]> {
  const wrong = sparsityLevels.find((level) => !(level >= 0 && level <= 1));
  if (wrong !== undefined) throw new Error(`sparsity level: expected a number from 0 to 1, found ${wrong}`);
  scores.forEach(scoreOf);
  tables.forEach(tableMethodOf);
  for (const [what, values] of Object.entries({
    layers,
    'sparsity levels': sparsityLevels,
    scores,
    tables,
  })) {
    expectDistinct(what, values);
  }
  expectCount('calibrationRows', calibrationRows, 1);
  expectCount('batchSize', batchSize, 1);
  expectCount('runs', runs, 2);
  const inputs = [modelPath, processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))];
  checkOutputs({ inputs, outputs: [part.output] });
  const points = tables.flatMap((name) =>
    scores.flatMap((score) =>
      sparsityLevels.map((sparsityLevel): ActivationPoint => ({ tables: name, score, sparsityLevel })),
    ),
  );
  return measureModels({
    ...part,
    measure: activationSparsity,
    settings: {
      ...{ modelPath, processedDataFile, layers, dayCounts, calibrationRows, seed, engine, threads },
      ...{ batchSize, runs, onEngine, onNote },
    },
    models: points,
    inputs,
    nameOf: (point: ActivationPoint) => point,
    columns: [...activationPointColumns, ...activationSparsityColumns],
    variants: types,
  });
}

function expectDistinct(what: string, values: readonly (string | number)[]): void {
  if (values.length === 0) throw new Error(`${what}: expected at least one, found none`);
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new Error(`${what}: expected each once, found ${twice} twice`);
}

function expectCount(name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new Error(`${name}: expected a whole number of at least ${minimum}, found ${value}`);
}

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
import { scoreIds, scoreOf } from './scores/scores.js';
import { defaultTables, tableMethodOf } from './tables/table-methods.js';

/** The levels that are measured unless others are asked for. */
export const defaultActivationLevels: readonly number[] = [
  0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95,
];

/**
 * Leaves out columns of z, what enters the first top layer of a DLRM, by each score at each level, with dense and with
 * compressed tables, and writes `activation_sparsity.csv`: quality on the test split and forward time on its first batch,
 * beside the dense model's. The columns are ranked on a seeded sample of the training split.
 *
 * @returns a row for each variant, kind of tables, score and level
 * @throws Error naming the setting that makes no sense, the file when an input cannot be read, the model that does not fit
 *   the data, or the level that leaves nothing, and when the output cannot be written; no output is then left behind.
 */
export async function runActivationsBenchmark({
  modelPath,
  processedDataFile,
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
  /** The processed npz file that it was trained on. */
  processedDataFile: string;
  /** Shares of the columns that are dropped, each from 0 to 1. Default: 0 to 0.9 in tenths, and 0.95. */
  sparsityLevels?: readonly number[];
  /** What ranks the columns. Default: all scores. */
  scores?: readonly string[];
  /** How tables are compressed. Default: `dense`, `block-norm-0.9` and `mixed-precision-56x`. */
  tables?: readonly string[];
  /** How the model runs without the columns. Default: all three ways. */
  types?: readonly ActivationVariant[];
  /** Training rows that the columns are ranked on, drawn without replacement; all where there are fewer. Default: 100,000. */
  calibrationRows?: number;
  /** Seed of the draw. Default: 1. */
  seed?: number;
  /** Forward passes of each model, the first of which is not counted; at least 2. Default: 10. */
  runs?: number;
  /** Rows evaluated at once, and of the batch that is timed. Default: 16384. */
  batchSize?: number;
  /** Where the rows of the days come from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Threads that compute at once, as for `Dlrm.load`. */
  threads?: number;
  /** Called once with what runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with what the user should know of the checkpoint, a line each. */
  onNote?: (note: string) => void;
}): Promise<SparseActivations[]> {
  const wrong = sparsityLevels.find((level) => !(level >= 0 && level <= 1));
  if (wrong !== undefined) throw new Error(`sparsity level: expected a number from 0 to 1, found ${wrong}`);
  scores.forEach(scoreOf);
  tables.forEach(tableMethodOf);
  for (const [what, values] of Object.entries({ 'sparsity levels': sparsityLevels, scores, tables })) {
    expectDistinct(what, values);
  }
  expectCount('calibrationRows', calibrationRows, 1);
  expectCount('batchSize', batchSize, 1);
  expectCount('runs', runs, 2);
  checkOutputs({ inputs: [modelPath, processedDataFile], outputs: [part.output] });
  const points = tables.flatMap((name) =>
    scores.flatMap((score) =>
      sparsityLevels.map((sparsityLevel): ActivationPoint => ({ tables: name, score, sparsityLevel })),
    ),
  );
  return measureModels({
    ...part,
    measure: activationSparsity,
    settings: {
      ...{ modelPath, processedDataFile, dayCounts, calibrationRows, seed, engine, threads },
      ...{ batchSize, runs, onEngine, onNote },
    },
    models: points,
    inputs: [modelPath, processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))],
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

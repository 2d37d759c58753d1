import { idsMetadata, openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { Dlrm, kaggleConfigFor, train, type EngineChoice } from '@ds/dlrm';
import { tableImportance, type TableImportance } from '@ds/table-compression';
import {
  checkFinite,
  loadCheckpoint,
  selectTables,
  type CheckpointMetadata,
  type StateDict,
} from '@ds/tensor-files';

/** How a model is trained where none is given. */
export interface Training {
  /** Times that every training row is seen. */
  epochs: number;
  /** Of stochastic gradient descent. */
  learningRate: number;
}

/** Called with the name of a stage; gives what is called with how much of it is done. */
export type OnStage = (label: string) => (done: number, total: number) => void;

/** A model to compress. */
export interface OpenedModel {
  /** Its parameters, those of the tables in shared memory. */
  stateDict: StateDict;
  /** Which of them are the tables. */
  names: readonly string[];
  /** What it says of itself, the ids of its tables among that. */
  metadata: CheckpointMetadata;
}

/** Reads a checkpoint. */
export async function loadModel({
  modelPath,
  tables,
  onNote,
}: {
  modelPath: string;
  /** Patterns of the tables' names. */
  tables?: readonly string[] | undefined;
  onNote?: ((note: string) => void) | undefined;
}): Promise<OpenedModel> {
  let metadata: CheckpointMetadata = {};
  const stateDict = await loadCheckpoint(modelPath, {
    ...{ shared: true, names: 'plain', onNote },
    onMetadata: (found) => void (metadata = found),
  });
  checkFinite(stateDict, modelPath);
  const { names, notes } = selectTables({ stateDict, patterns: tables, source: modelPath });
  notes.forEach((note) => onNote?.(`${modelPath}: ${note}`));
  return { stateDict, names, metadata };
}

/** Trains the Kaggle network, with tables for the values of the data, on its training days. */
export async function trainModel({
  processedDataFile,
  dayCounts,
  training,
  tables,
  seed,
  engine,
  onStage,
}: {
  processedDataFile: string;
  dayCounts?: DayCountOptions | undefined;
  training: Training;
  /** Patterns of the tables' names. */
  tables?: readonly string[] | undefined;
  seed: number;
  engine?: EngineChoice | undefined;
  onStage: OnStage;
}): Promise<OpenedModel> {
  const dataset = await openCriteoDataset({ processedDataFile, split: 'train', dayCounts });
  try {
    const { counts, denseFeatures } = dataset;
    const model = await Dlrm.create(kaggleConfigFor(counts, { denseFeatures }), { seed, engine });
    try {
      await train({ model, dataset, ...training, seed, onProgress: onStage(`train, seed ${seed}`) });
      // Copies: the model's own arrays go with it.
      const stateDict = Object.fromEntries(
        Object.entries(model.stateDict()).map(([name, { data, shape }]) => [
          name,
          { data: data.slice(), shape },
        ]),
      );
      const { names } = selectTables({ stateDict, patterns: tables, source: 'the trained model' });
      return { stateDict, names, metadata: idsMetadata(dataset.idsFingerprint) };
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}

/** What the rows of the tables are worth, from a calibration pass over training rows. */
export async function calibrate({
  stateDict,
  metadata,
  processedDataFile,
  dayCounts,
  calibrationRows,
  seed,
  engine,
  onStage,
}: Pick<OpenedModel, 'stateDict' | 'metadata'> & {
  processedDataFile: string;
  dayCounts?: DayCountOptions | undefined;
  calibrationRows: number;
  seed: number;
  engine?: EngineChoice | undefined;
  onStage: OnStage;
}): Promise<{ importance: Record<string, TableImportance>; rows: number; seconds: number }> {
  const start = performance.now();
  const dataset = await openCriteoDataset({ processedDataFile, split: 'train', dayCounts });
  try {
    const model = await Dlrm.fromStateDict(stateDict, { engine, metadata });
    try {
      const importance = await tableImportance({
        ...{ model, dataset, calibrationRows, seed },
        onProgress: onStage('importance'),
      });
      const rows = Math.min(calibrationRows, dataset.length);
      return { importance, rows, seconds: (performance.now() - start) / 1000 };
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}

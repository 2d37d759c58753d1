import { idsMetadata, openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { columnsOfTables, Dlrm, kaggleConfigFor, train, type EngineChoice } from '@ds/dlrm';
import { naming } from '@ds/files';
import { tableImportance, type TableImportance } from '@ds/table-compression';
import { loadTables, selectTables, type LoadedTables } from '@ds/tensor-files';

/** How a model is trained if none is given. */
export interface Training {
  /** Number of passes over the training rows. */
  epochs: number;
  /** Of stochastic gradient descent. */
  learningRate: number;
}

/** Called with the name of a stage; returns a function that takes its progress. */
export type OnStage = (label: string) => (done: number, total: number) => void;

/** A model to compress. */
export interface OpenedModel extends LoadedTables {
  /** The categorical column of each table. */
  columns: ReadonlyMap<string, number>;
}

/** Reads a checkpoint. @throws Error naming the file, also if the number of rows of a table does not match the ids. */
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
  const loaded = await loadTables(modelPath, { tables, onNote });
  return { ...loaded, columns: columnsOfTables(loaded.stateDict, loaded.names, modelPath) };
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
      // Copies, because disposing of the model frees its own arrays.
      const stateDict = Object.fromEntries(
        Object.entries(model.stateDict()).map(([name, { data, shape }]) => [
          name,
          { data: data.slice(), shape },
        ]),
      );
      const source = 'the trained model';
      const { names } = selectTables({ stateDict, patterns: tables, source });
      const columns = columnsOfTables(stateDict, names, source);
      return { stateDict, names, columns, metadata: idsMetadata(dataset.idsFingerprint) };
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}

/** The importance of the rows of the tables, from a calibration pass over training rows. */
export async function calibrate({
  stateDict,
  columns,
  metadata,
  processedDataFile,
  dayCounts,
  calibrationRows,
  seed,
  engine,
  onStage,
}: Pick<OpenedModel, 'stateDict' | 'columns' | 'metadata'> & {
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
      const importance = await naming(processedDataFile, () =>
        tableImportance({
          ...{ model, dataset, calibrationRows, seed, columns },
          onProgress: onStage('importance'),
        }),
      );
      const rows = Math.min(calibrationRows, dataset.length);
      return { importance, rows, seconds: (performance.now() - start) / 1000 };
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}

import { dayCountFiles, openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { checkTablesFitData, Dlrm, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { naming } from '@ds/files';
import { tableImportance, type TableImportance } from '@ds/table-compression';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';

/** The training rows from which the importance of table rows is measured, and how they are used. */
export interface Calibration {
  /** The processed npz that the model was trained on. */
  processedDataFile: string;
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions | undefined;
  /** Training rows of the backward pass. Default: 100,000. */
  calibrationRows?: number | undefined;
  /** Seed for selecting them. Default: 1. */
  seed?: number | undefined;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice | undefined;
  /** Called with what runs the network, and why. */
  onEngine?: ((engine: EngineDescription) => void) | undefined;
}

/** The files that the training rows come from. */
export async function calibrationFiles({ processedDataFile, dayCounts }: Calibration): Promise<string[]> {
  return [processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))];
}

/**
 * Measures the importance of the rows of a model's tables from its training rows.
 *
 * @throws Error naming the file if it cannot be read, or if model and data do not match.
 */
export async function measureImportance({
  stateDict,
  columns,
  metadata,
  modelPath,
  onNote,
  calibration: { processedDataFile, dayCounts, calibrationRows, seed, engine, onEngine },
}: {
  stateDict: StateDict;
  /** The tables, with their categorical columns. */
  columns: ReadonlyMap<string, number>;
  /** The metadata of its checkpoint. */
  metadata: CheckpointMetadata;
  /** The file of the model, for messages. */
  modelPath: string;
  calibration: Calibration;
  /** Called with notes for the user. */
  onNote?: ((note: string) => void) | undefined;
}): Promise<Record<string, TableImportance>> {
  const model = await naming(modelPath, () => Dlrm.fromStateDict(stateDict, { engine, metadata }));
  try {
    onEngine?.(model.engine);
    const dataset = await openCriteoDataset({ processedDataFile, split: 'train', dayCounts });
    try {
      const { counts, denseFeatures, idsFingerprint } = dataset;
      checkTablesFitData({
        ...{ config: model.config, metadata, counts, denseFeatures, idsFingerprint },
        ...{ modelPath, dataPath: processedDataFile, onNote },
      });
      return await naming(processedDataFile, () =>
        tableImportance({ model, dataset, calibrationRows, seed, columns }),
      );
    } finally {
      await dataset.close();
    }
  } finally {
    await model.dispose();
  }
}

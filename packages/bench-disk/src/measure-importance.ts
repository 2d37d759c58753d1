import { openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { checkTablesFitData, Dlrm, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { tableImportance, type TableImportance } from '@ds/table-compression';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';

/** The training rows that say what the rows of a model's tables are worth, and how they are used. */
export interface Calibration {
  /** The processed npz that the model was trained on. */
  processedDataFile: string;
  /** Where the rows of the days come from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions | undefined;
  /** Training rows of the backward pass. Default: 100,000. */
  calibrationRows?: number | undefined;
  /** Seed of their draw. Default: 1. */
  seed?: number | undefined;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice | undefined;
  /** Called with what runs the network, and why. */
  onEngine?: ((engine: EngineDescription) => void) | undefined;
}

/**
 * What the rows of each table of a model are worth, from its training rows.
 *
 * @throws Error naming the file when it cannot be read, or when model and data do not fit together.
 */
export async function measureImportance({
  stateDict,
  metadata,
  modelPath,
  onNote,
  calibration: { processedDataFile, dayCounts, calibrationRows, seed, engine, onEngine },
}: {
  stateDict: StateDict;
  /** What its checkpoint says beside the tensors. */
  metadata: CheckpointMetadata;
  /** The file that the model is from, for messages. */
  modelPath: string;
  calibration: Calibration;
  /** Called with what the user should know. */
  onNote?: ((note: string) => void) | undefined;
}): Promise<Record<string, TableImportance>> {
  const model = await Dlrm.fromStateDict(stateDict, { engine, metadata });
  try {
    onEngine?.(model.engine);
    const dataset = await openCriteoDataset({ processedDataFile, split: 'train', dayCounts });
    try {
      const { counts, idsFingerprint } = dataset;
      checkTablesFitData({
        ...{ config: model.config, metadata, counts, idsFingerprint },
        ...{ modelPath, dataPath: processedDataFile, onNote },
      });
      return await tableImportance({ model, dataset, calibrationRows, seed });
    } finally {
      await dataset.close();
    }
  } finally {
    await model.dispose();
  }
}

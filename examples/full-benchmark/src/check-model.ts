import { openCriteoDataset } from '@ds/criteo-data';
import { checkTablesFitData, configFromStateDict, loadCheckpoint, type CheckpointMetadata } from '@ds/dlrm';
import { naming } from '@ds/files';
import type { ModelFacts } from './train-model.js';

/**
 * Checks that a checkpoint fits the data before an hour is spent on it.
 *
 * @throws Error naming the checkpoint and the table that does not fit.
 */
export async function checkModel({
  modelPath,
  processedDataFile,
}: {
  modelPath: string;
  processedDataFile: string;
}): Promise<ModelFacts> {
  let metadata: CheckpointMetadata = {};
  const state = await loadCheckpoint(modelPath, { onMetadata: (found) => void (metadata = found) });
  const config = await naming(modelPath, async () => configFromStateDict(state));
  const dataset = await openCriteoDataset({ processedDataFile, split: 'test' });
  try {
    checkTablesFitData({
      ...{ config, metadata },
      ...{ counts: dataset.counts, idsFingerprint: dataset.idsFingerprint },
      ...{ modelPath, dataPath: processedDataFile },
    });
  } finally {
    await dataset.close();
  }
  return { Model: modelPath, 'Embedding rows': config.tableRows.reduce((sum, rows) => sum + rows, 0) };
}

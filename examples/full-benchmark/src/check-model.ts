import { openCriteoDataset } from '@ds/criteo-data';
import { checkTablesFitData, configFromStateDict, loadCheckpoint } from '@ds/dlrm';
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
  const config = configFromStateDict(await loadCheckpoint(modelPath));
  const dataset = await openCriteoDataset({ processedDataFile, split: 'test' });
  try {
    checkTablesFitData({ config, counts: dataset.counts, modelPath, dataPath: processedDataFile });
  } finally {
    await dataset.close();
  }
  return { Model: modelPath, 'Embedding rows': config.tableRows.reduce((sum, rows) => sum + rows, 0) };
}

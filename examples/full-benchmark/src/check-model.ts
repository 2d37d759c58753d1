import { openCriteoDataset } from '@ds/criteo-data';
import { checkTablesFitData, Dlrm } from '@ds/dlrm';
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
  const model = await Dlrm.load(modelPath);
  try {
    const { config, metadata } = model;
    const dataset = await openCriteoDataset({ processedDataFile, split: 'test' });
    try {
      const { counts, denseFeatures, idsFingerprint } = dataset;
      checkTablesFitData({
        ...{ config, metadata, counts, denseFeatures, idsFingerprint },
        ...{ modelPath, dataPath: processedDataFile },
      });
    } finally {
      await dataset.close();
    }
    return { Model: modelPath, 'Embedding rows': config.tableRows.reduce((sum, rows) => sum + rows, 0) };
  } finally {
    await model.dispose();
  }
}

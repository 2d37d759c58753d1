import { join } from 'node:path';
import { openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, kaggleDlrmConfig, train } from '@ds/dlrm';
import { criteoSample } from './criteo-sample.js';

/** A model of Kaggle's architecture trained on a synthetic sample, saved as a checkpoint beside the sample. */
export async function trainedModel(
  rows: number,
): Promise<Awaited<ReturnType<typeof criteoSample>> & { modelPath: string }> {
  const sample = await criteoSample(rows);
  const dataset = await openCriteoDataset({ processedDataFile: sample.processedDataFile, split: 'train' });
  const model = await Dlrm.create({ ...kaggleDlrmConfig, tableRows: [...dataset.counts] }, { seed: 1 });
  await train({ model, dataset });
  const modelPath = join(sample.folder, 'criteo_model.ckpt');
  await model.save(modelPath);
  await model.dispose();
  await dataset.close();
  return { ...sample, modelPath };
}

import { join } from 'node:path';
import { openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, kaggleConfigFor, kaggleDlrmConfig, train } from '@ds/dlrm';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { criteoSample } from './criteo-sample.js';

const rows = 60_000;
// With 0.6 % of Kaggle's rows in its tables a model has 3.8 M values.
const share = 0.006;

/**
 * A model of Kaggle's architecture with 3.8 M values, trained on 60,000 synthetic rows (4,286 of them the test
 * split), saved as a checkpoint next to them. The large tables have more rows than the data has distinct values.
 */
export async function smallModel(): Promise<
  Awaited<ReturnType<typeof criteoSample>> & { modelPath: string }
> {
  const sample = await criteoSample(rows);
  await widenCounts(sample.processedDataFile);
  const dataset = await openCriteoDataset({ processedDataFile: sample.processedDataFile, split: 'train' });
  const model = await Dlrm.create(kaggleConfigFor(dataset.counts), { seed: 1 });
  await train({ model, dataset });
  const modelPath = join(sample.folder, 'criteo_model.ckpt');
  await model.save(modelPath);
  await model.dispose();
  await dataset.close();
  return { ...sample, modelPath };
}

async function widenCounts(processedDataFile: string): Promise<void> {
  const arrays = await readNpz(processedDataFile);
  const counts = arrays['counts']!.data as Int32Array;
  kaggleDlrmConfig.tableRows.forEach((kaggleRows, column) => {
    counts[column] = Math.max(counts[column]!, Math.round(kaggleRows * share));
  });
  await writeNpz(processedDataFile, arrays);
}

import { join } from 'node:path';
import { openCriteoDataset, preprocessCriteo, synthesizeCriteo, type CriteoDataset } from '@ds/criteo-data';
import { withTemporaryFolder } from '@ds/files';

/** Generates synthetic Criteo rows in a temporary folder and passes the training and test rows to `use`. */
export async function withSyntheticDays(
  { rows, seed }: { rows: number; seed: number },
  use: (days: { train: CriteoDataset; test: CriteoDataset }) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder('train-with-sparsity', async (folder) => {
    const rawDataFile = join(folder, 'train.txt');
    const processedDataFile = join(folder, 'train.npz');
    await synthesizeCriteo({ rows, seed, output: rawDataFile });
    await preprocessCriteo({ rawDataFile, processedDataFile });
    const train = await openCriteoDataset({ processedDataFile, split: 'train' });
    const test = await openCriteoDataset({ processedDataFile, split: 'test' });
    try {
      await use({ train, test });
    } finally {
      await Promise.all([train.close(), test.close()]);
    }
  });
}

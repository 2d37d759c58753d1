import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCriteoDataset, preprocessCriteo, synthesizeCriteo, type CriteoDataset } from '@ds/criteo-data';

/** Makes synthetic Criteo rows in a temporary folder and gives `use` those to train on and those to test with. */
export async function withSyntheticDays(
  { rows, seed }: { rows: number; seed: number },
  use: (days: { train: CriteoDataset; test: CriteoDataset }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'train-with-sparsity-'));
  const rawDataFile = join(folder, 'train.txt');
  const processedDataFile = join(folder, 'train.npz');
  try {
    await synthesizeCriteo({ rows, seed, output: rawDataFile });
    await preprocessCriteo({ rawDataFile, processedDataFile });
    const train = await openCriteoDataset({ processedDataFile, split: 'train' });
    const test = await openCriteoDataset({ processedDataFile, split: 'test' });
    try {
      await use({ train, test });
    } finally {
      await Promise.all([train.close(), test.close()]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

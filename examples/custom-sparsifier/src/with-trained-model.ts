import { join } from 'node:path';
import { openCriteoDataset, preprocessCriteo, synthesizeCriteo, type CriteoDataset } from '@ds/criteo-data';
import { Dlrm, kaggleConfigFor, train, type StateDict } from '@ds/dlrm';
import { withTemporaryFolder } from '@ds/files';

/** A trained model, and the data to prune and evaluate it. */
export interface TrainedModel {
  stateDict: StateDict;
  /** For each table, how often each row was looked up in training. */
  accesses: Uint32Array[];
  /** Rows that were not used in training. */
  test: CriteoDataset;
}

/** Generates synthetic Criteo rows, trains the Kaggle network on them for one epoch, and passes it to `use`. */
export async function withTrainedModel(
  { rows, seed }: { rows: number; seed: number },
  use: (trained: TrainedModel) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder('custom-sparsifier', async (folder) => {
    const rawDataFile = join(folder, 'train.txt');
    const processedDataFile = join(folder, 'train.npz');
    await synthesizeCriteo({ rows, seed, output: rawDataFile });
    await preprocessCriteo({ rawDataFile, processedDataFile });
    const days = await openCriteoDataset({ processedDataFile, split: 'train' });
    const test = await openCriteoDataset({ processedDataFile, split: 'test' });
    const model = await Dlrm.create(kaggleConfigFor(days.counts), { seed });
    try {
      await train({ model, dataset: days, seed });
      await use({ stateDict: model.stateDict(), accesses: await countAccesses(days), test });
    } finally {
      await Promise.all([model.dispose(), days.close(), test.close()]);
    }
  });
}

async function countAccesses(dataset: CriteoDataset): Promise<Uint32Array[]> {
  const accesses = [...dataset.counts].map((rows) => new Uint32Array(rows));
  for await (const { sparse } of dataset.batches({ batchSize: 16384 })) {
    sparse.forEach((id, i) => accesses[i % accesses.length]![id]!++);
  }
  return accesses;
}

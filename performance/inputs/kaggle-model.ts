import { Dlrm, kaggleConfigFor, kaggleDlrmConfig, saveCheckpoint } from '@ds/dlrm';
import { kaggleTables } from './kaggle-tables.js';

/**
 * Writes a checkpoint of Kaggle's size, 2.16 GB, with random weights; with `share`, only that fraction of the tables' rows.
 *
 * @returns the bytes of all its tensors, and of its layers alone
 */
export async function saveKaggleModel(
  path: string,
  share = 1,
): Promise<{ bytes: number; layerBytes: number }> {
  const small = await Dlrm.create(kaggleConfigFor(kaggleDlrmConfig.tableRows.map(() => 1)), { seed: 1 });
  const stateDict = small.stateDict();
  await small.dispose();
  for (const { name, data, shape } of kaggleTables(share)) stateDict[name] = { data, shape };
  await saveCheckpoint(path, stateDict);
  const bytesOf = (isCounted: (name: string) => boolean) =>
    Object.entries(stateDict).reduce(
      (sum, [name, { data }]) => sum + (isCounted(name) ? data.byteLength : 0),
      0,
    );
  return { bytes: bytesOf(() => true), layerBytes: bytesOf((name) => !name.startsWith('emb_l.')) };
}

import { Dlrm, kaggleDlrmConfig, saveCheckpoint } from '@ds/dlrm';
import { kaggleTables } from './kaggle-tables.js';

/**
 * Writes a checkpoint of Kaggle's size, 2.16 GB, with random weights.
 *
 * @returns the bytes of its tensors, and those of its layers alone
 */
export async function saveKaggleModel(path: string): Promise<{ bytes: number; layerBytes: number }> {
  const small = await Dlrm.create(
    { ...kaggleDlrmConfig, tableRows: kaggleDlrmConfig.tableRows.map(() => 1) },
    { seed: 1 },
  );
  const stateDict = small.stateDict();
  await small.dispose();
  for (const { name, data, shape } of kaggleTables(1)) stateDict[name] = { data, shape };
  await saveCheckpoint(path, stateDict);
  const bytesOf = (isCounted: (name: string) => boolean) =>
    Object.entries(stateDict).reduce(
      (sum, [name, { data }]) => sum + (isCounted(name) ? data.byteLength : 0),
      0,
    );
  return { bytes: bytesOf(() => true), layerBytes: bytesOf((name) => !name.startsWith('emb_l.')) };
}

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preprocessCriteo, synthesizeCriteo } from '@ds/criteo-data';

/** Synthetic Criteo rows in a new temporary folder, raw and preprocessed. */
export async function criteoSample(
  rows: number,
): Promise<{ folder: string; rawDataFile: string; processedDataFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'performance-'));
  const rawDataFile = join(folder, 'train.txt');
  const processedDataFile = join(folder, 'kaggleAdDisplayChallenge_processed.npz');
  await synthesizeCriteo({ rows, seed: 1, output: rawDataFile });
  await preprocessCriteo({ rawDataFile, processedDataFile });
  return { folder, rawDataFile, processedDataFile };
}

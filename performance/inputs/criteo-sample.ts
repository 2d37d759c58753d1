import { join } from 'node:path';
import { preprocessCriteo, synthesizeCriteo } from '@ds/criteo-data';
import { temporaryFolder } from './temporary-folder.js';

/** Synthetic Criteo rows in a new temporary folder, raw and preprocessed. */
export async function criteoSample(
  rows: number,
): Promise<{ folder: string; rawDataFile: string; processedDataFile: string }> {
  const folder = temporaryFolder();
  const rawDataFile = join(folder, 'train.txt');
  const processedDataFile = join(folder, 'kaggleAdDisplayChallenge_processed.npz');
  await synthesizeCriteo({ rows, seed: 1, output: rawDataFile });
  await preprocessCriteo({ rawDataFile, processedDataFile });
  return { folder, rawDataFile, processedDataFile };
}

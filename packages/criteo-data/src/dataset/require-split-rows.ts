import { findDayCounts, type DayCountOptions } from './day-counts.js';
import { rowsOfSplit, type Split } from './day-split.js';
import { openProcessedFile } from './processed-file.js';

/**
 * Checks that splits of a processed file have rows, without reading them: for work that needs them only after hours.
 *
 * @throws Error naming the file and the first split that has none; or a file that cannot be read or day counts that do not
 *   fit, as `openCriteoDataset`.
 */
export async function requireSplitRows({
  processedDataFile,
  splits,
  dayCounts,
}: {
  /** Path of the npz file. */
  processedDataFile: string;
  /** The splits that must have rows. */
  splits: readonly Split[];
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions | undefined;
}): Promise<void> {
  const file = await openProcessedFile(processedDataFile);
  try {
    const days = { path: processedDataFile, rows: file.rows, dayCounts: file.dayCounts };
    const counts = await findDayCounts(days, dayCounts);
    for (const split of splits) {
      const { start, end } = rowsOfSplit(counts, split);
      if (start === end)
        throw new Error(`${processedDataFile}: expected rows in the ${split} split, found none`);
    }
  } finally {
    await file.close();
  }
}

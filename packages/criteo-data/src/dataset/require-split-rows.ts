import type { DayCountOptions } from './day-counts.js';
import type { Split } from './day-split.js';
import { openProcessedFile } from './processed-file.js';
import { splitRanges } from './split-ranges.js';

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
    const ranges = await splitRanges(file, { path: processedDataFile, splits, dayCounts });
    const empty = ranges.findIndex(({ start, end }) => start === end);
    if (empty >= 0)
      throw new Error(`${processedDataFile}: expected rows in the ${splits[empty]} split, found none`);
  } finally {
    await file.close();
  }
}

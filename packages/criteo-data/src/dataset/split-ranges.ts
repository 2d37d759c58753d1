import { findDayCounts, type DayCountOptions } from './day-counts.js';
import { rowsOfSplit, type RowRange, type Split } from './day-split.js';
import type { ProcessedFile } from './processed-file.js';

/**
 * The rows of each of these splits in an open processed file.
 *
 * @throws Error naming the file if its rows have no labels and so no such split, or day counts that do not fit
 */
export async function splitRanges(
  file: ProcessedFile,
  {
    path,
    splits,
    dayCounts,
  }: { path: string; splits: readonly Split[]; dayCounts?: DayCountOptions | undefined },
): Promise<RowRange[]> {
  const ofDays = splits.find((split) => split !== 'all');
  if (ofDays !== undefined && !file.isLabelled) {
    throw new Error(
      `${path}: array "y": missing; rows without labels have no ${ofDays} split, they can only be predicted`,
    );
  }
  const days = { path, rows: file.rows, dayCounts: file.dayCounts };
  const counts = ofDays === undefined ? [file.rows] : await findDayCounts(days, dayCounts);
  return splits.map((split) => rowsOfSplit(counts, split));
}

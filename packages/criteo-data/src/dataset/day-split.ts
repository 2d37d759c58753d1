import { days as criteoDays } from '../criteo-columns.js';

/** The rows for training, testing and validation; or all rows. */
export type Split = 'train' | 'test' | 'validation' | 'all';

/** Rows [start, end) of the processed file. */
export interface RowRange {
  start: number;
  end: number;
}

/** Rows of each of d days, 7 by default: n div d, plus one for the first n mod d days (data_utils.py, getCriteoAdData). */
export function rowsPerDay(rows: number, days = criteoDays): number[] {
  return Array.from({ length: days }, (_, day) => Math.floor(rows / days) + (day < rows % days ? 1 : 0));
}

/**
 * The rows of a split: all days except the last for training, the first half of the last (the longer one, if odd) for
 * testing, the second half for validation (data_utils.py, transformCriteoAdData); or all rows.
 *
 * @param dayCounts the rows of each day
 */
export function rowsOfSplit(dayCounts: readonly number[], split: Split): RowRange {
  const rows = dayCounts.reduce((total, count) => total + count, 0);
  const lastDay = dayCounts.at(-1)!;
  const start = rows - lastDay;
  const middle = start + Math.ceil(lastDay / 2);
  switch (split) {
    case 'train':
      return { start: 0, end: start };
    case 'test':
      return { start, end: middle };
    case 'validation':
      return { start: middle, end: rows };
    case 'all':
      return { start: 0, end: rows };
    default:
      throw new Error(`expected the split train, test, validation or all, found ${JSON.stringify(split)}`);
  }
}

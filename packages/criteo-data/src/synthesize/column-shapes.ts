import { kaggleCounts } from '../dataset/kaggle-counts.js';

/** The distribution of a synthetic integer column. */
export interface IntegerColumn {
  /** Mean and standard deviation of the logarithm. */
  logMean: number;
  logDeviation: number;
  /** Subtracted from each value: Kaggle's I2 goes down to -3. */
  offset: number;
  /** Share of rows where the field is empty. */
  missing: number;
}

const integer = (logMean: number, logDeviation: number, missing: number, offset = 0): IntegerColumn => ({
  logMean,
  logDeviation,
  offset,
  missing,
});

/** I1 to I13, similar to the Kaggle data: most values small, some large, many missing. */
export const integerShapes: readonly IntegerColumn[] = [
  integer(0.6, 1.1, 0.45),
  integer(2.0, 1.8, 0, 3),
  integer(1.9, 1.2, 0.21),
  integer(1.7, 0.9, 0.21),
  integer(7.6, 1.9, 0.03),
  integer(3.7, 1.4, 0.22),
  integer(1.6, 1.3, 0.04),
  integer(2.1, 0.9, 0),
  integer(3.7, 1.3, 0.04),
  integer(0.1, 0.6, 0.45),
  integer(0.8, 0.8, 0.04),
  integer(0.2, 0.8, 0.76),
  integer(1.7, 1.0, 0.21),
];

const kaggleRows = 45_840_617;

/** Share of rows where a category is missing. */
export const missingCategories: readonly number[] = [
  0, 0, 0.034, 0.034, 0, 0.12, 0, 0, 0, 0, 0, 0.034, 0, 0, 0, 0.034, 0, 0, 0.44, 0.44, 0.034, 0.76, 0, 0.034,
  0.44, 0.44,
];

/**
 * The number of categories of each column: Kaggle's number scaled to the number of rows, but at least the square root of the
 * number of rows, if Kaggle has that many, because small columns in a small sample are not small for its size.
 */
export function categoryCounts(rows: number): number[] {
  const scale = rows / kaggleRows;
  return kaggleCounts.map((count) =>
    Math.max(
      Math.min(count, Math.ceil(Math.sqrt(rows)), kaggleRows),
      Math.min(count, Math.round(count * scale)),
      2,
    ),
  );
}

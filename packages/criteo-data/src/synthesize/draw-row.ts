import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import type { RandomStream } from '../random/random-stream.js';
import { integerShapes, missingCategories } from './column-shapes.js';

/** The features of one synthetic row. */
export interface SyntheticRow {
  /** I1 to I13; NaN where missing. */
  integers: Float64Array;
  /** C1 to C26 as frequency ranks of the categories, 0 for the most frequent; -1 if missing. */
  ranks: Int32Array;
}

const largestInteger = 2 ** 31 - 1;

/** Draws the features of a row: log-normal integers, Zipf-distributed categories out of `counts` of each column. */
export function drawRow(
  random: RandomStream,
  counts: readonly number[],
  row: SyntheticRow = {
    integers: new Float64Array(integerColumns),
    ranks: new Int32Array(categoricalColumns),
  },
): SyntheticRow {
  for (let column = 0; column < integerColumns; column++) {
    const { logMean, logDeviation, offset, missing } = integerShapes[column]!;
    row.integers[column] =
      missing > 0 && random.next() < missing
        ? NaN
        : Math.min(largestInteger, Math.floor(Math.exp(logMean + logDeviation * random.nextNormal()))) -
          offset;
  }
  for (let column = 0; column < categoricalColumns; column++) {
    const missing = missingCategories[column]!;
    row.ranks[column] = missing > 0 && random.next() < missing ? -1 : zipf(random.next(), counts[column]!);
  }
  return row;
}

/**
 * Zipf's law with exponent 1 over `count` ranks: the integer part of a number whose logarithm is uniform has
 * P(rank) = ln((rank + 2) / (rank + 1)) / ln(count + 1), nearly proportional to 1 / (rank + 1).
 */
function zipf(uniform: number, count: number): number {
  return Math.min(count - 1, Math.floor(Math.exp(uniform * Math.log(count + 1))) - 1);
}

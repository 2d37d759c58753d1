import { integerColumns } from '../criteo-columns.js';

/** Adds the weighted ln(integer + 1) to `sum`; like for models, missing and negative integers count as 0. */
export function addIntegerEvidence(sum: number, integers: ArrayLike<number>, weights: Float64Array): number {
  for (let column = 0; column < integerColumns; column++) {
    const value = integers[column]!; // NaN where missing
    if (value > 0) sum += weights[column]! * Math.log(value + 1);
  }
  return sum;
}

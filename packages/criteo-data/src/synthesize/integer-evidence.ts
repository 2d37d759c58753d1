import { integerColumns } from '../criteo-columns.js';

/** `sum` and the weighted ln(integer + 1), which is 0 for a missing or negative one, as models see it. */
export function addIntegerEvidence(sum: number, integers: ArrayLike<number>, weights: Float64Array): number {
  for (let column = 0; column < integerColumns; column++) {
    const value = integers[column]!; // NaN where missing
    if (value > 0) sum += weights[column]! * Math.log(value + 1);
  }
  return sum;
}

import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import type { RandomStream } from '../random/random-stream.js';
import type { SyntheticRow } from './draw-row.js';
import { IdTraits } from './id-traits.js';
import { addIntegerEvidence } from './integer-evidence.js';

/** Length of the interaction vector of an id. */
const vectorLength = 4;
const effectDeviation = 0.22;
const vectorDeviation = 0.17;
const integerDeviation = 0.08;

/**
 * Evidence of a click in which the ids of all columns are equally predictive, however rare they are: a factorisation
 * machine (Rendle 2010). Each id has an effect and a vector; the evidence is the sum of the effects, of the dot
 * products of the vectors of all pairs of columns, and of the weighted logarithms of the integers.
 */
export function everyIdEvidence({
  counts,
  random,
}: {
  counts: readonly number[];
  random: RandomStream;
}): (row: SyntheticRow) => number {
  const traits = new IdTraits({ seed: random.nextUint32(), traits: 1 + vectorLength, counts });
  const integerWeights = Float64Array.from(
    { length: integerColumns },
    () => integerDeviation * random.nextNormal(),
  );

  return ({ integers, ranks }) => {
    let effects = 0;
    for (let column = 0; column < categoricalColumns; column++) {
      effects += traits.of(column, ranks[column]!, 0);
    }
    // Over all pairs, the products of two different columns' numbers are (the square of the sum - the sum of squares) / 2.
    let pairs = 0;
    for (let dimension = 0; dimension < vectorLength; dimension++) {
      let sum = 0;
      let squares = 0;
      for (let column = 0; column < categoricalColumns; column++) {
        const value = traits.of(column, ranks[column]!, 1 + dimension);
        sum += value;
        squares += value * value;
      }
      pairs += (sum * sum - squares) / 2;
    }
    const ids = effectDeviation * effects + vectorDeviation ** 2 * pairs;
    return addIntegerEvidence(ids, integers, integerWeights);
  };
}

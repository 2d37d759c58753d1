import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import type { RandomStream } from '../random/random-stream.js';
import type { SyntheticRow } from './draw-row.js';
import { IdTraits } from './id-traits.js';
import { addIntegerEvidence } from './integer-evidence.js';

const pairCount = 12;

/**
 * Evidence of a click, mostly in small columns, which can be learnt in one pass over the rows: an effect of each id (a third
 * as large in large columns), products of two ids' hidden traits for pairs of small columns, and the logarithms of the
 * integers.
 */
export function frequentIdsEvidence({
  rows,
  counts,
  random,
}: {
  rows: number;
  counts: readonly number[];
  random: RandomStream;
}): (row: SyntheticRow) => number {
  const traits = new IdTraits({ seed: random.nextUint32(), traits: 2, counts });
  const few = Math.ceil(Math.sqrt(rows));
  const effectScale = Float64Array.from(counts, (count) => (count <= few ? 1 : 0.3));
  const learnable = counts.flatMap((count, column) => (count <= few ? [column] : []));
  const pairs = Array.from({ length: pairCount }, (_, i) => ({
    first: learnable[i % learnable.length]!,
    second: learnable[(i + 1 + random.nextBelow(learnable.length - 1)) % learnable.length]!,
  }));
  const integerWeights = Float64Array.from({ length: integerColumns }, () => 0.25 * random.nextNormal());

  return ({ integers, ranks }) => {
    let sum = 0;
    for (let column = 0; column < categoricalColumns; column++) {
      sum += effectScale[column]! * traits.of(column, ranks[column]!, 0);
    }
    for (const { first, second } of pairs) {
      sum += traits.of(first, ranks[first]!, 1) * traits.of(second, ranks[second]!, 1);
    }
    return addIntegerEvidence(sum, integers, integerWeights);
  };
}

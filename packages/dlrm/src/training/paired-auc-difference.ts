import { scoreOrder } from './score-order.js';

/** The difference of two models' ROC AUCs on the same examples. */
export interface PairedAucDifference {
  /** ROC AUC of the second model minus that of the first. */
  difference: number;
  /** Standard error of the difference. */
  standardError: number;
  /** The 95 % interval of the difference: plus or minus 1.96 standard errors. */
  interval: [lower: number, upper: number];
}

/** The 97.5 % quantile of the standard normal distribution. */
const quantile = 1.959963984540054;

/**
 * The difference of two ROC AUCs with DeLong's interval for paired curves (E. R. DeLong, D. M. DeLong and
 * D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic curves: a
 * nonparametric approach", Biometrics 44, 1988), by midranks in O(n log n) (X. Sun and W. Xu, "Fast implementation of
 * DeLong's algorithm", 2014). For two models that rank most examples alike, the interval is much narrower than the error of
 * either AUC.
 *
 * @param labels (n), each 0 or 1, at least two of each
 * @param first scores of the first model (n), any numbers; only their order counts
 * @param second scores of the second model for the same examples (n)
 * @throws Error if the lengths differ, a label is not 0 or 1, a score is NaN, or there are fewer than two of a label
 */
export function pairedAucDifference(
  labels: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): PairedAucDifference {
  return pairedAucDifferenceFrom(labels, first)(second);
}

/**
 * The same for several second models, each given to the function that is returned; the scores of the first are sorted once.
 *
 * @throws Error like `pairedAucDifference`; of a second model, from the returned function
 */
export function pairedAucDifferenceFrom(
  labels: ArrayLike<number>,
  first: ArrayLike<number>,
): (second: ArrayLike<number>) => PairedAucDifference {
  const positives = countPositives(labels);
  const negatives = labels.length - positives;
  if (positives < 2 || negatives < 2) {
    throw new Error(
      `paired AUC: expected at least 2 examples of each label, found ${negatives} with 0 and ${positives} with 1`,
    );
  }
  const ofFirst = placements(labels, positives, first, 'first');
  return (second) => {
    const ofSecond = placements(labels, positives, second, 'second');
    const difference = { of0: { sum: 0, squares: 0 }, of1: { sum: 0, squares: 0 } };
    for (let i = 0; i < labels.length; i++) {
      const change = ofSecond[i]! - ofFirst[i]!;
      const ofLabel = labels[i] === 1 ? difference.of1 : difference.of0;
      ofLabel.sum += change;
      ofLabel.squares += change * change;
    }
    const mean = difference.of1.sum / positives;
    const standardError = Math.sqrt(
      varianceOfMean(difference.of1, positives) + varianceOfMean(difference.of0, negatives),
    );
    return {
      difference: mean,
      standardError,
      interval: [mean - quantile * standardError, mean + quantile * standardError],
    };
  };
}

function countPositives(labels: ArrayLike<number>): number {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new Error(`paired AUC: expected label 0 or 1 at index ${i}, found ${labels[i]}`);
    }
    positives += labels[i]!;
  }
  return positives;
}

/**
 * For each example, the fraction of the examples of the other label to which it is correctly ordered (a positive above a
 * negative), counting ties half. The mean over the examples of either label is the AUC.
 */
function placements(
  labels: ArrayLike<number>,
  positives: number,
  scores: ArrayLike<number>,
  name: string,
): Float64Array {
  const total = labels.length;
  if (scores.length !== total) {
    throw new Error(
      `paired AUC: expected ${total} ${name} scores, one for each label, found ${scores.length}`,
    );
  }
  for (let i = 0; i < total; i++) {
    if (Number.isNaN(scores[i]))
      throw new Error(`paired AUC: expected a number as ${name} score ${i}, found NaN`);
  }
  const order = scoreOrder(scores);
  const negatives = total - positives;
  const placed = new Float64Array(total);
  let positivesBelow = 0;
  for (let start = 0; start < total;) {
    const score = scores[order[start]!];
    const negativesBelow = start - positivesBelow;
    let tiedPositives = 0;
    let end = start;
    for (; end < total && scores[order[end]!] === score; end++) tiedPositives += labels[order[end]!]!;
    const tiedNegatives = end - start - tiedPositives;
    const ofPositive = (negativesBelow + tiedNegatives / 2) / negatives;
    const ofNegative = (positives - positivesBelow - tiedPositives / 2) / positives;
    for (let rank = start; rank < end; rank++) {
      const example = order[rank]!;
      placed[example] = labels[example] === 1 ? ofPositive : ofNegative;
    }
    positivesBelow += tiedPositives;
    start = end;
  }
  return placed;
}

/** The variance of a mean of `count` numbers, from their sum and the sum of their squares. */
function varianceOfMean({ sum, squares }: { sum: number; squares: number }, count: number): number {
  return Math.max(0, squares - (sum * sum) / count) / (count - 1) / count;
}

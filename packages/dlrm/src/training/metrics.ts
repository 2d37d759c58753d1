import { scoreOrder } from './score-order.js';

/** Quality of the probabilities of a binary classifier; `undefined` where scikit-learn defines no value. */
export interface BinaryClassificationMetrics {
  /** True positives / predicted positives; 0 if there are no predicted positives. */
  precision: number;
  /** True positives / positives; 0 without positive labels. */
  recall: number;
  /** 2 TP / (2 TP + FP + FN); 0 if that is 0 / 0. */
  f1: number;
  /** Area under the precision-recall curve as a sum of steps; 0 without positive labels. */
  averagePrecision: number;
  /** Area under the ROC curve, with the trapezoidal rule for ties; undefined if all labels are equal. */
  rocAuc: number | undefined;
  /** Fraction of correct predictions. */
  accuracy: number;
  /** Mean negative log likelihood, in nats; undefined if all labels are equal. */
  logLoss: number | undefined;
  /** `logLoss` / entropy of the fraction of positive labels; undefined if all labels are equal. */
  normalizedEntropy: number | undefined;
}

/**
 * The metrics of scikit-learn 1.9 (precision_score, recall_score, f1_score, average_precision_score,
 * roc_auc_score, accuracy_score, log_loss) on float32 scores, plus the normalized entropy of He et al.,
 * "Practical Lessons from Predicting Clicks on Ads at Facebook" (2014), section 3.
 * A score predicts 1 if it rounds to 1; as in numpy, 0.5 rounds to 0. O(n log n).
 *
 * @param labels (n), each 0 or 1
 * @param scores (n), probabilities in [0, 1]; treated as float32, which determines how log_loss clips
 * @throws Error if there are none, the lengths differ, a label is not 0 or 1, or a score is not in [0, 1].
 */
export function binaryClassificationMetrics(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): BinaryClassificationMetrics {
  checkInput(labels, scores);
  const counts = confusion(labels, scores);
  const { truePositives, falsePositives, positives, total } = counts;
  const falseNegatives = positives - truePositives;
  const bothClasses = positives > 0 && positives < total;
  const curves = rankingAreas(labels, scores, positives);
  const loss = bothClasses ? logLoss(labels, scores) : undefined;
  return {
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, positives),
    f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    averagePrecision: curves.averagePrecision,
    rocAuc: curves.rocAuc,
    accuracy: (total - falsePositives - falseNegatives) / total,
    logLoss: loss,
    normalizedEntropy: loss === undefined ? undefined : loss / entropy(positives / total),
  };
}

function checkInput(labels: ArrayLike<number>, scores: ArrayLike<number>): void {
  if (labels.length !== scores.length) {
    throw new Error(
      `metrics: expected as many scores as labels, found ${scores.length} and ${labels.length}`,
    );
  }
  if (labels.length === 0) throw new Error('metrics: expected at least one label, found none');
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new Error(`metrics: expected label 0 or 1 at index ${i}, found ${labels[i]}`);
    }
    if (!(scores[i]! >= 0 && scores[i]! <= 1)) {
      throw new Error(`metrics: expected a score in [0, 1] at index ${i}, found ${scores[i]}`);
    }
  }
}

function confusion(labels: ArrayLike<number>, scores: ArrayLike<number>) {
  let truePositives = 0;
  let falsePositives = 0;
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    positives += labels[i]!;
    if (Math.fround(scores[i]!) > 0.5) {
      if (labels[i] === 1) truePositives++;
      else falsePositives++;
    }
  }
  return { truePositives, falsePositives, positives, total: labels.length };
}

/** The areas under both curves, from one pass over the descending scores; equal scores are one step. */
function rankingAreas(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  positives: number,
): { averagePrecision: number; rocAuc: number | undefined } {
  const total = labels.length;
  const negatives = total - positives;
  const floats = scores instanceof Float32Array ? scores : Float32Array.from(scores);
  const order = scoreOrder(floats);
  let averagePrecision = 0;
  let doubledArea = 0; // twice the number of correctly ordered (positive, negative) pairs, counting ties half
  let truePositives = 0;
  let falsePositives = 0;
  for (let i = total - 1; i >= 0;) {
    const score = floats[order[i]!];
    let stepPositives = 0;
    let stepNegatives = 0;
    for (; i >= 0 && floats[order[i]!] === score; i--) {
      if (labels[order[i]!] === 1) stepPositives++;
      else stepNegatives++;
    }
    doubledArea += stepNegatives * (2 * truePositives + stepPositives);
    truePositives += stepPositives;
    falsePositives += stepNegatives;
    averagePrecision += stepPositives * (truePositives / (truePositives + falsePositives));
  }
  return {
    averagePrecision: ratio(averagePrecision, positives),
    rocAuc: positives > 0 && negatives > 0 ? doubledArea / 2 / (positives * negatives) : undefined,
  };
}

/** Mean negative log likelihood of float32 scores, clipped to [eps, 1 - eps] of float32. */
function logLoss(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const smallest = 2 ** -23;
  const largest = 1 - smallest;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const score = Math.fround(scores[i]!);
    const likelihood = labels[i] === 1 ? score : Math.fround(1 - score);
    sum -= Math.log(Math.min(Math.max(likelihood, smallest), largest));
  }
  return sum / labels.length;
}

function entropy(share: number): number {
  return -(share * Math.log(share) + (1 - share) * Math.log(1 - share));
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}

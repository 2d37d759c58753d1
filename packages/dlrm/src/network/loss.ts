import type { Ops } from './ops.js';

/**
 * Mean binary cross-entropy, a scalar. A logarithm below -100 counts as -100, as in PyTorch's BCELoss.
 *
 * @param probabilities (n, 1)
 * @param labels (n, 1), 0 or 1
 */
export function meanLoss<T>(ops: Ops<T>, probabilities: T, labels: T): T {
  const clampedLog = (a: T) => ops.clampBelow(ops.log(a), -100);
  const clicked = ops.multiply(labels, clampedLog(probabilities));
  const passed = ops.multiply(ops.oneMinus(labels), clampedLog(ops.oneMinus(probabilities)));
  return ops.negate(ops.mean(ops.add(clicked, passed)));
}

/**
 * The gradient of the summed binary cross-entropy with respect to the probabilities (n, 1), times `scale`, as in PyTorch's
 * BCELoss (aten/src/ATen/native/Loss.cpp, binary_cross_entropy_backward).
 *
 * @param scale of shape (1): 1 / n for the mean loss
 */
export function lossGradient<T>(
  ops: Ops<T>,
  { probabilities, labels, scale }: { probabilities: T; labels: T; scale: T },
): T {
  const error = ops.multiply(ops.subtract(probabilities, labels), scale);
  const slope = ops.multiply(probabilities, ops.oneMinus(probabilities));
  return ops.divide(error, ops.clampBelow(slope, 1e-12));
}

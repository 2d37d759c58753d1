import type { Ops } from './ops.js';

/** Added to the root of the accumulator; the default of TorchRec's and FBGEMM's optimizers. */
export const adagradEpsilon = 1e-8;

/**
 * One step of Adagrad (Duchi, Hazan and Singer 2011, https://jmlr.org/papers/v12/duchi11a.html, as torch.optim.Adagrad without
 * decay) on a dense parameter: its accumulator is the sum of the squares of its gradients so far.
 *
 * @param learningRate of shape (1)
 * @returns the parameter and the accumulator after the step
 */
export function adagradStep<T>(
  ops: Ops<T>,
  { parameter, sum, gradient, learningRate }: { parameter: T; sum: T; gradient: T; learningRate: T },
): { parameter: T; sum: T } {
  const newSum = ops.add(sum, ops.multiply(gradient, gradient));
  const root = ops.addNumber(ops.sqrt(newSum), adagradEpsilon);
  const step = ops.multiply(learningRate, ops.divide(gradient, root));
  return { parameter: ops.subtract(parameter, step), sum: newSum };
}

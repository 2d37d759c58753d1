import { valuesOf, type Tensor } from '../tensor.js';

/**
 * Reduces (n, ...) to (...) by the mean over the first dimension.
 *
 * @throws Error if there is no first dimension, or it has size 0
 */
export function meanOverBatch({ data, shape }: Tensor): Tensor {
  const [examples = 0, ...example] = shape;
  if (examples === 0) throw new Error(`meanOverBatch: expected at least one example, found none`);
  const width = valuesOf(example);
  const sums = new Float64Array(width);
  for (let start = 0; start < data.length; start += width) {
    for (let at = 0; at < width; at++) sums[at]! += data[start + at]!;
  }
  return { data: Float32Array.from(sums, (sum) => sum / examples), shape: example };
}

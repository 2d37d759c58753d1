import { filled, isSameShape, shapeText, valuesOf, type Tensor } from '../tensor.js';

/**
 * Aggregates by elementwise addition: all batches must have the same size.
 *
 * @throws Error if the shapes differ
 */
export function addBatches(aggregated: Tensor, input: Tensor): Tensor {
  if (!isSameShape(aggregated.shape, input.shape)) {
    throw new Error(
      `a batch ${shapeText(input.shape)} cannot be added to batches ${shapeText(aggregated.shape)}; ` +
        'addExamples takes batches of any size',
    );
  }
  const sum = new Float32Array(input.data.length);
  for (let at = 0; at < sum.length; at++) sum[at] = aggregated.data[at]! + input.data[at]!;
  return { data: sum, shape: [...input.shape] };
}

/** Aggregates by adding up all examples, (n, ...) to (1, ...): batches may have any size. */
export function addExamples(aggregated: Tensor, input: Tensor): Tensor {
  return sumOfExamples([aggregated, input], (value) => value);
}

/** Like `addExamples`, for the absolute values. */
export function addMagnitudes(aggregated: Tensor, input: Tensor): Tensor {
  return sumOfExamples([aggregated, input], Math.abs);
}

function sumOfExamples(tensors: readonly Tensor[], map: (value: number) => number): Tensor {
  const example = tensors[0]!.shape.slice(1);
  const width = valuesOf(example);
  const sums = new Float64Array(width);
  for (const { data, shape } of tensors) {
    if (!isSameShape(shape.slice(1), example)) {
      throw new Error(
        `examples of ${shapeText(shape.slice(1))} cannot be added to examples of ${shapeText(example)}`,
      );
    }
    for (let start = 0; start < data.length; start += width) {
      for (let at = 0; at < width; at++) sums[at]! += map(data[start + at]!);
    }
  }
  const sum = filled([1, ...example], 0);
  sum.data.set(sums);
  return sum;
}

import { shapeText, valuesOf, type Tensor } from './tensor.js';

/** The positions of one feature's values in a tensor: `length` at a time, every `stride`. */
interface Runs {
  first: number;
  length: number;
  stride: number;
}

/**
 * The values at one position along a dimension, which is kept with size 1 (PyTorch's index_select with one index).
 *
 * @throws Error if the tensor has no such dimension or position
 */
export function selectFeature({ data, shape }: Tensor, featureDim: number, feature: number): Tensor {
  const dim = dimensionOf(shape, featureDim);
  const { first, length, stride } = runsOf(shape, dim, feature);
  const selected = new Float32Array(valuesOf(shape) / shape[dim]!);
  for (let from = first, to = 0; to < selected.length; from += stride, to += length) {
    selected.set(data.subarray(from, from + length), to);
  }
  return { data: selected, shape: shape.map((size, at) => (at === dim ? 1 : size)) };
}

/** Writes values of the shape that `selectFeature` returns back to their position in `target`. */
export function writeFeature(
  target: Tensor,
  featureDim: number,
  feature: number,
  values: Float32Array,
): void {
  const dim = dimensionOf(target.shape, featureDim);
  const { first, length, stride } = runsOf(target.shape, dim, feature);
  for (let to = first, from = 0; from < values.length; to += stride, from += length) {
    target.data.set(values.subarray(from, from + length), to);
  }
}

function runsOf(shape: readonly number[], dim: number, feature: number): Runs {
  const size = shape[dim]!;
  if (feature >= size) {
    throw new Error(`feature ${feature}: the input ${shapeText(shape)} has ${size} along dimension ${dim}`);
  }
  const length = valuesOf(shape.slice(dim + 1));
  return { first: feature * length, length, stride: size * length };
}

function dimensionOf(shape: readonly number[], featureDim: number): number {
  const dim = featureDim < 0 ? featureDim + shape.length : featureDim;
  if (!(dim >= 0 && dim < shape.length)) {
    throw new Error(`featureDim ${featureDim}: the input ${shapeText(shape)} has ${shape.length} dimensions`);
  }
  return dim;
}

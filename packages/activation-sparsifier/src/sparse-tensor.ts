import { filled, type Tensor } from './tensor.js';

/** A tensor as its nonzero values, in PyTorch's coordinate format (sparse COO). */
export interface SparseTensor {
  /** The coordinates of the values, (dimensions, values), row-major: first those along dimension 0. */
  indices: Int32Array;
  /** The values, in the order of the dense tensor. */
  values: Float32Array;
  /** The dimensions of the dense tensor. */
  shape: readonly number[];
}

export function toSparse({ data, shape }: Tensor): SparseTensor {
  const places = Int32Array.from(data.keys()).filter((at) => data[at] !== 0);
  const indices = new Int32Array(shape.length * places.length);
  let step = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim]!;
    places.forEach((place, value) => {
      indices[dim * places.length + value] = Math.floor(place / step) % size;
    });
    step *= size;
  }
  return { indices, values: Float32Array.from(places, (place) => data[place]!), shape: [...shape] };
}

/** @throws Error if the coordinates do not fit the values or the shape */
export function toDense({ indices, values, shape }: SparseTensor): Tensor {
  if (indices.length !== shape.length * values.length) {
    throw new Error(
      `a sparse mask of ${values.length} values and ${shape.length} dimensions takes ` +
        `${shape.length * values.length} coordinates, found ${indices.length}`,
    );
  }
  const tensor = filled(shape, 0);
  for (let value = 0; value < values.length; value++) {
    let place = 0;
    shape.forEach((size, dim) => {
      const at = indices[dim * values.length + value]!;
      if (!(at >= 0 && at < size)) {
        throw new Error(`a sparse mask has the coordinate ${at} along dimension ${dim}, which has ${size}`);
      }
      place = place * size + at;
    });
    tensor.data[place] = values[value]!;
  }
  return tensor;
}

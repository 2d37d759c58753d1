/** Values in row-major order with their shape. */
export interface Tensor {
  /** The values, row-major. */
  data: Float32Array;
  /** Sizes of its dimensions. */
  shape: number[];
}

/** Tensors by PyTorch's names, in PyTorch's order. */
export type StateDict = Record<string, Tensor>;

/** Number of values in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

import type { EmbeddingTable } from '@ds/data-sparsifier';

/** Values in row-major order with their shape. */
export interface Tensor {
  /** The values, row-major. */
  data: Float32Array;
  /** Sizes of its dimensions. */
  shape: number[];
}

/** A tensor to write whose values need not all be in memory at once. */
export interface TensorInPieces {
  /** Sizes of its dimensions. */
  shape: number[];
  /** The values, row-major, in pieces of any length. A piece must not change afterwards. */
  pieces: () => Iterable<Float32Array>;
}

/** Tensors by PyTorch's names, in PyTorch's order. */
export type StateDict = Record<string, Tensor>;

/** A state dict whose embedding tables may be sparse or quantised. */
export type ModelState = Record<string, Tensor | EmbeddingTable>;

/** Number of values in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

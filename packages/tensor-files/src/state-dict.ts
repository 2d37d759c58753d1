import type { EmbeddingTable } from '@ds/data-sparsifier';

/** Values in row-major order with their shape. */
export interface Tensor {
  /** The values, row-major. */
  data: Float32Array;
  /** Sizes of its dimensions. */
  shape: number[];
  /** How its file holds the values, where not as float32; they are written so again. */
  stored?: Stored | undefined;
}

/** A type of values in files, other than float32, that is kept when a state dict is written again. */
export type StoredDtype = 'float16' | 'bfloat16' | 'int8' | 'uint8' | 'bool' | 'int16' | 'int32' | 'int64';

/** How a file holds values that are not float32. */
export interface Stored {
  /** The type, by PyTorch's name. */
  dtype: StoredDtype;
  /**
   * The bytes, little-endian, of whole numbers and truth values, which float32 may not hold exactly. They are what is
   * written: a change of `data` does not count.
   */
  bytes?: Uint8Array | undefined;
}

/** A tensor to write whose values need not all be in memory at once. */
export interface TensorInPieces {
  /** Sizes of its dimensions. */
  shape: number[];
  /** The values, row-major, in pieces of any length. A piece must not change afterwards. */
  pieces: () => Iterable<Float32Array>;
  /** The type to write them as. Default: float32. */
  stored?: Pick<Stored, 'dtype'> | undefined;
}

/** Tensors by PyTorch's names, in PyTorch's order. */
export type StateDict = Record<string, Tensor>;

/** A state dict whose embedding tables may be sparse or quantised. */
export type ModelState = Record<string, Tensor | EmbeddingTable>;

/** The bytes that the values of some of the tensors take in memory, with the index of a table that is not dense. */
export function bytesInMemory(
  state: Readonly<ModelState>,
  names: readonly string[] = Object.keys(state),
): number {
  return names.reduce((sum, name) => {
    const tensor = state[name]!;
    return sum + ('data' in tensor ? tensor.data.byteLength : tensor.byteLength);
  }, 0);
}

/** Number of values in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

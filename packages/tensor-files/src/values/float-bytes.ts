import { fromFloat16 } from '@ds/data-sparsifier';
import { fileDtype, narrowed } from './stored-values.js';
import { sizeOf, type Tensor, type TensorInPieces } from '../state-dict.js';

/** The supported floating point types; all are converted to float32. */
export type FloatType = 'float16' | 'bfloat16' | 'float32' | 'float64';

const longestPiece = 1 << 26;
// Of Node 20, however much memory there is.
const longestArray = 2 ** 32;

/** Bytes of one value. */
export const floatSizes: Readonly<Record<FloatType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

/** The bytes of one tensor or storage. */
export interface FloatBytes {
  /** Fills `target`, which must have the length of all bytes. */
  readInto(target: Uint8Array): Promise<void>;
  /** The same bytes in pieces of any length. */
  pieces(): AsyncIterable<Uint8Array>;
}

/**
 * A Float32Array of zeros, over a SharedArrayBuffer if requested. The memory is only used when it is written.
 *
 * @throws Error naming the tensor if it does not fit in memory.
 */
export function allocateFloats(name: string, length: number, { shared }: { shared: boolean }): Float32Array {
  try {
    const buffer = shared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length);
    return new Float32Array(buffer as ArrayBuffer);
  } catch (error) {
    const limit = length > longestArray ? `; one array holds at most ${longestArray} in Node 20` : '';
    throw new Error(`${name}: ${length} float32 values do not fit in memory${limit}`, { cause: error });
  }
}

// A Float32Array may be longer than a Uint8Array over all its bytes: in Node 20 that has at most 2^32.
const longestView = 2 ** 32 - 1;

/**
 * Fills `target` with the values of `bytes`, which must have the same number, rounding float64 to the nearest float32.
 *
 * @param inOnePiece the most bytes that are read with `readInto`; more are read in pieces
 */
export async function readFloats(
  type: FloatType,
  bytes: FloatBytes,
  target: Float32Array,
  { inOnePiece = longestView }: { inOnePiece?: number } = {},
): Promise<void> {
  if (type === 'float32' && target.byteLength <= inOnePiece) {
    return bytes.readInto(new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
  }
  const size = floatSizes[type];
  let filled = 0;
  let rest = new Uint8Array(0);
  for await (const piece of bytes.pieces()) {
    // A piece may end inside a value. The copy also starts it at an address that typed arrays accept.
    const joined = new Uint8Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    const whole = joined.length - (joined.length % size);
    target.set(decoded(type, joined.buffer, whole / size), filled);
    filled += whole / size;
    rest = joined.slice(whole);
  }
}

function decoded(type: FloatType, buffer: ArrayBuffer, count: number): Float32Array | Float64Array {
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, 0, count);
    case 'float64':
      return new Float64Array(buffer, 0, count);
    case 'bfloat16': {
      const halves = new Uint16Array(buffer, 0, count);
      const bits = new Uint32Array(count);
      for (let i = 0; i < count; i++) bits[i] = halves[i]! << 16; // the upper half of a float32
      return new Float32Array(bits.buffer);
    }
    case 'float16':
      return widenFloat16(new Uint16Array(buffer, 0, count));
  }
}

let float16Values: Float32Array | undefined;

/** The values of float16 numbers given as bits. */
export function widenFloat16(halves: Uint16Array): Float32Array {
  // Each of the 65536 possible values is computed once.
  const known = (float16Values ??= Float32Array.from({ length: 1 << 16 }, (_, half) => fromFloat16(half)));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = known[halves[i]!]!;
  return values;
}

/**
 * The bytes of a tensor's values as they are stored in a file, in pieces of a size that zlib and the file system accept.
 *
 * @throws Error naming the key, at the end, if the number of values does not match the shape.
 */
export function* bytesOfTensor(name: string, tensor: Tensor | TensorInPieces): Generator<Uint8Array> {
  let length = 0;
  if ('data' in tensor && tensor.stored?.bytes) {
    yield tensor.stored.bytes;
    return;
  }
  const dtype = fileDtype(tensor);
  for (const piece of 'data' in tensor ? [tensor.data] : tensor.pieces()) {
    length += piece.length;
    const values = dtype === 'float16' || dtype === 'bfloat16' ? narrowed(piece, dtype) : piece;
    const { buffer, byteOffset, byteLength } = values;
    for (let done = 0; done < byteLength; done += longestPiece) {
      yield new Uint8Array(buffer, byteOffset + done, Math.min(longestPiece, byteLength - done));
    }
  }
  checkLength(name, tensor.shape, length);
}

/** @throws Error naming the key if the number of values does not match the shape; values in pieces are not counted. */
export function checkTensor(name: string, tensor: Tensor | TensorInPieces): void {
  if ('data' in tensor) checkLength(name, tensor.shape, tensor.data.length);
}

function checkLength(name: string, shape: readonly number[], length: number): void {
  if (length !== sizeOf(shape)) {
    throw new Error(
      `${name}: expected ${sizeOf(shape)} values for shape (${shape.join(', ')}), found ${length}`,
    );
  }
}

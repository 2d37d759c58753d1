import { toFloat16 } from '@ds/data-sparsifier';
import { sizeOf, type StoredDtype, type Tensor, type TensorInPieces } from '../state-dict.js';

/** What a file writes as a tensor's values: float32, or what it was read as. */
export type FileDtype = StoredDtype | 'float32';

/** Bytes of one value. */
export const fileSizes: Readonly<Record<FileDtype, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
  int16: 2,
  int32: 4,
  int64: 8,
};

const integers = ['int8', 'uint8', 'bool', 'int16', 'int32', 'int64'] as const;
/** The types of whole numbers and truth values. */
export type IntegerDtype = (typeof integers)[number];

/** Whether values of this type are carried through as they are. */
export function isIntegerDtype(dtype: string): dtype is IntegerDtype {
  return (integers as readonly string[]).includes(dtype);
}

/** A tensor of whole numbers or truth values, from its bytes in a file. */
export function integerTensor(bytes: Uint8Array, dtype: IntegerDtype, shape: number[]): Tensor {
  const { buffer } = bytes.slice(); // at an address that typed arrays accept
  return { data: Float32Array.from(valuesOf(buffer, dtype), Number), shape, stored: { dtype, bytes } };
}

function valuesOf(buffer: ArrayBuffer, dtype: IntegerDtype): Iterable<number | bigint> {
  switch (dtype) {
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
  }
}

/** The type that a tensor is written as. */
export function fileDtype({ stored }: Pick<Tensor, 'stored'>): FileDtype {
  return stored?.dtype ?? 'float32';
}

/** Bytes that a tensor takes in a file. */
export function fileBytes(tensor: Tensor | TensorInPieces): number {
  return sizeOf(tensor.shape) * fileSizes[fileDtype(tensor)];
}

/** Float32 values as the bytes of a narrower type, each rounded to the nearest, halves to even. */
export function narrowed(values: Float32Array, dtype: 'float16' | 'bfloat16'): Uint8Array {
  if (dtype === 'float16') {
    return new Uint8Array(
      Uint16Array.from(values, (value) => (Number.isNaN(value) ? 0x7e00 : toFloat16(value))).buffer,
    );
  }
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = Uint16Array.from(bits, (word) => {
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    return isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
  return new Uint8Array(halves.buffer);
}

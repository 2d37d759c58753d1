import { parse } from 'npyjs';

/** The supported element types, by NumPy's names. */
export type NpyDtype =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64';

/** The typed arrays that hold those elements. */
export type NpyData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The header of an npy file. */
export interface NpyHeader {
  /** NumPy's name of the element type. */
  dtype: NpyDtype;
  /** Length of each dimension; none for a scalar. */
  shape: number[];
  /** True if the first index varies fastest. */
  fortranOrder: boolean;
}

/** NumPy's type code and the bytes of one element. */
export const npyTypes: Readonly<Record<NpyDtype, { code: string; bytes: number }>> = {
  bool: { code: 'b1', bytes: 1 },
  int8: { code: 'i1', bytes: 1 },
  uint8: { code: 'u1', bytes: 1 },
  int16: { code: 'i2', bytes: 2 },
  uint16: { code: 'u2', bytes: 2 },
  int32: { code: 'i4', bytes: 4 },
  uint32: { code: 'u4', bytes: 4 },
  int64: { code: 'i8', bytes: 8 },
  uint64: { code: 'u8', bytes: 8 },
  float16: { code: 'f2', bytes: 2 },
  float32: { code: 'f4', bytes: 4 },
  float64: { code: 'f8', bytes: 8 },
};

/** Finds a type by NumPy's name or code (`float64`, `f8`, `<f8`); undefined if it is not supported. */
export function npyDtype(text: string): NpyDtype | undefined {
  const code = text.replace(/^[<|=]/, '');
  return (Object.keys(npyTypes) as NpyDtype[]).find((name) => name === text || npyTypes[name].code === code);
}

// An npy header starts with 6 bytes magic and 2 bytes version, followed by its length (2 bytes in version 1, 4 later).
const shortestStart = 12;
/** The maximum length of a header in bytes; NumPy has the same limit. */
export const longestHeader = 10_000;

/** Length of the whole header, from the first bytes of an npy file (at least 12). */
export function npyHeaderLength(start: Uint8Array): number {
  const isNpy = start.length >= shortestStart && String.fromCharCode(...start.subarray(0, 6)) === '\x93NUMPY';
  if (!isNpy) throw new Error('not an npy array: expected it to begin with "\\x93NUMPY"');
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = start[6]! <= 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (length > longestHeader) {
    throw new Error(`expected an npy header of at most ${longestHeader} bytes, found ${length}`);
  }
  return length;
}

/** Parses an npy header; `header` must be exactly the header. */
export function parseNpyHeader(header: Uint8Array): NpyHeader {
  // npyjs requires elements aligned to their size, which version 2 with added spaces achieves.
  const text = header.subarray(header[6]! <= 1 ? 10 : 12);
  const padded = new Uint8Array(Math.ceil((12 + text.length) / 16) * 16).fill(0x20);
  padded.set(header.subarray(0, 6));
  padded.set([2, 0], 6);
  new DataView(padded.buffer).setUint32(8, padded.length - 12, true);
  padded.set(text, 12);
  const { dtype: code, shape, fortranOrder } = parse(padded.buffer, { convertFloat16: false });
  const dtype = npyDtype(code);
  if (!dtype) throw new Error(`unsupported dtype ${code}`);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new Error(`expected a shape of whole numbers, found (${shape.join(', ')})`);
  }
  return { dtype, shape, fortranOrder };
}

/**
 * An npy header, byte for byte as NumPy writes it (version 1.0, elements aligned to 64 bytes). npyjs's `dump` does not
 * support Fortran order, and copies the elements, which we have in pieces.
 */
export function formatNpyHeader({ dtype, shape, fortranOrder }: NpyHeader): Uint8Array {
  const { code, bytes } = npyTypes[dtype];
  const order = fortranOrder ? 'True' : 'False';
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${bytes === 1 ? '|' : '<'}${code}', 'fortran_order': ${order}, 'shape': (${lengths}), }`;
  const header = new Uint8Array(Math.ceil((10 + text.length + 1) / 64) * 64).fill(0x20);
  header.set([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  new DataView(header.buffer).setUint16(8, header.length - 10, true);
  header.set(Buffer.from(text), 10);
  header[header.length - 1] = 0x0a;
  return header;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

import { constants } from 'node:buffer';
import { widenFloat16 } from '../values/float-bytes.js';
import { elementCount, npyTypes, type NpyData, type NpyDtype } from './npy-format.js';
import { openNpz, type NpzEntry } from './open-npz.js';

/** One array of an npz file. */
export interface NpzArray {
  /** The elements in C order, even if the file has them in Fortran order. */
  data: NpyData;
  /** Length of each dimension; none for a scalar. */
  shape: number[];
  /** NumPy's name of the element type in the file; float16 is widened to a Float32Array, bool is 0 or 1. */
  dtype: NpyDtype;
}

/**
 * Reads every array of an npz file into memory, by name, in the order of the file.
 *
 * @throws Error naming the file and the array, if it is not an npz file, is truncated or damaged, has an unsupported element
 *   type (strings, objects, big-endian), or a shape that does not match its bytes.
 */
export async function readNpz(path: string): Promise<Record<string, NpzArray>> {
  const file = await openNpz(path);
  try {
    return await readNpzArrays(path, file.entries);
  } finally {
    await file.close();
  }
}

/** Reads arrays of an npz file; `path` is its name in errors. Throws like `readNpz`. */
export async function readNpzArrays(
  path: string,
  entries: ReadonlyMap<string, NpzEntry>,
): Promise<Record<string, NpzArray>> {
  const arrays: [string, NpzArray][] = [];
  for (const [name, entry] of entries) {
    const { shape, dtype } = entry;
    const data = typed(await wholeBytes(path, name, entry), dtype);
    arrays.push([name, { data: entry.fortranOrder ? inCOrder(data, shape) : data, shape, dtype }]);
  }
  return Object.fromEntries(arrays);
}

async function wholeBytes(path: string, name: string, entry: NpzEntry): Promise<Uint8Array<ArrayBuffer>> {
  const length = elementCount(entry.shape) * npyTypes[entry.dtype].bytes;
  if (length > constants.MAX_LENGTH) {
    throw new Error(`${path}: array "${name}": ${length} bytes are more than one array can hold here`);
  }
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const piece of entry.bytes()) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

function typed({ buffer }: Uint8Array<ArrayBuffer>, dtype: NpyDtype): NpyData {
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return new Uint8Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'uint16':
      return new Uint16Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'uint32':
      return new Uint32Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'uint64':
      return new BigUint64Array(buffer);
    case 'float16':
      return widenFloat16(new Uint16Array(buffer));
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
  }
}

/** Reorders elements from Fortran to C order. */
function inCOrder<Data extends NpyData>(data: Data, shape: readonly number[]): Data {
  // Axes of length 1 cost time at every element and have no effect.
  const axes = shape.filter((length) => length !== 1);
  if (axes.length < 2) return data;
  const strides = axes.map((_, axis) => elementCount(axes.slice(0, axis)));
  const ordered = new (data.constructor as new (length: number) => Data)(data.length);
  const index = axes.map(() => 0);
  let from = 0;
  for (let to = 0; to < ordered.length; to++) {
    ordered[to] = data[from]!;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < axes[axis]!) break;
      from -= strides[axis]! * axes[axis]!;
      index[axis] = 0;
    }
  }
  return ordered;
}

import { appendTo, writeWhole, ZipWriter } from '@ds/files';
import {
  elementCount,
  formatNpyHeader,
  npyDtype,
  npyTypes,
  type NpyData,
  type NpyDtype,
} from './npy-format.js';

/** An array to write. */
export interface NpzInput {
  /** The elements in C order. */
  data: NpyData;
  /** Length of each dimension. Default: one dimension, as long as `data`. */
  shape?: readonly number[];
  /** NumPy's name (`float64`) or code (`<f8`). Default: the type of the typed array. */
  dtype?: string;
}

/**
 * Writes arrays to an npz file like numpy.savez_compressed. The same arrays give the same bytes.
 *
 * @throws Error naming an array whose shape or dtype does not fit its data, or naming the file if it cannot be written.
 */
export async function writeNpz(path: string, arrays: Readonly<Record<string, NpzInput>>): Promise<void> {
  const entries = Object.entries(arrays).map(([name, { data, shape = [data.length], dtype }]) => {
    const fail = (message: string) => new Error(`${path}: array "${name}": ${message}`);
    const type = dtype === undefined ? dtypeOf(data) : npyDtype(dtype);
    if (!type) throw fail(`unsupported dtype ${dtype}`);
    if (!fits(data, type)) throw fail(`expected data for ${type}, found a ${data.constructor.name}`);
    if (elementCount(shape) !== data.length) {
      throw fail(
        `expected ${elementCount(shape)} elements for shape (${shape.join(', ')}), found ${data.length}`,
      );
    }
    return { name, type, shape, data };
  });
  await writeWhole(path, async (file) => {
    const zip = new ZipWriter(appendTo(file));
    for (const { name, type, shape, data } of entries) {
      const header = formatNpyHeader({ dtype: type, shape: [...shape], fortranOrder: false });
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      // zlib's crc32 restarts on an empty part.
      await zip.addDeflated(`${name}.npy`, bytes.length > 0 ? [header, bytes] : [header]);
    }
    await zip.finish();
  });
}

// By name, because a typed array of another realm (a vm context, a test runner) is not an instance of ours.
const dtypesOfArrays: Readonly<Record<string, readonly NpyDtype[]>> = {
  Int8Array: ['int8'],
  Uint8Array: ['uint8', 'bool'],
  Buffer: ['uint8', 'bool'],
  Int16Array: ['int16'],
  Uint16Array: ['uint16', 'float16'],
  Int32Array: ['int32'],
  Uint32Array: ['uint32'],
  BigInt64Array: ['int64'],
  BigUint64Array: ['uint64'],
  Float32Array: ['float32'],
  Float64Array: ['float64'],
};

function dtypeOf(data: NpyData): NpyDtype | undefined {
  return dtypesOfArrays[data.constructor.name]?.[0];
}

function fits(data: NpyData, dtype: NpyDtype): boolean {
  const known = dtypesOfArrays[data.constructor.name] ?? [];
  return known.includes(dtype) && data.BYTES_PER_ELEMENT === npyTypes[dtype].bytes;
}

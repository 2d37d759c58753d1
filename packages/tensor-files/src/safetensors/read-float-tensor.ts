import { allocateFloats, floatSizes, readFloats, type FloatType } from '../values/float-bytes.js';
import { bytesAt, type SafetensorsEntry, type SafetensorsSource } from './read-safetensors-header.js';

const floatTypes: Readonly<Record<string, FloatType>> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};

/** Whether `readFloatTensor` reads a tensor of this dtype: F32, F16, BF16 or F64. */
export function isFloatTensor({ dtype }: Pick<SafetensorsEntry, 'dtype'>): boolean {
  return Object.hasOwn(floatTypes, dtype);
}

/**
 * The type of a tensor's values.
 *
 * @throws Error naming the source and the tensor if its dtype is not F32, F16, BF16 or F64.
 */
export function floatTypeOf(source: SafetensorsSource, name: string, { dtype }: SafetensorsEntry): FloatType {
  const type = Object.hasOwn(floatTypes, dtype) ? floatTypes[dtype] : undefined;
  if (!type) {
    throw new Error(`${source.name}: ${name}: expected dtype F32, F16, BF16 or F64, found ${dtype}`);
  }
  return type;
}

/**
 * The values of one tensor of a safetensors file, row-major, as float32.
 *
 * @throws Error naming the source and the tensor if its dtype is not F32, F16, BF16 or F64, it does not fit into memory, or
 *   the source cannot be read.
 */
export async function readFloatTensor({
  source,
  name,
  entry,
  shared = false,
}: {
  source: SafetensorsSource;
  /** The name of the tensor in errors. */
  name: string;
  /** Its entry, from `readSafetensorsHeader`. */
  entry: SafetensorsEntry;
  /** Whether to put the values over a SharedArrayBuffer; default false. */
  shared?: boolean;
}): Promise<Float32Array> {
  const type = floatTypeOf(source, name, entry);
  const data = allocateFloats(`${source.name}: ${name}`, entry.byteLength / floatSizes[type], { shared });
  await readFloats(type, bytesAt(source, entry), data);
  return data;
}

import { sizeOf } from '../state-dict.js';
import type { FloatBytes } from '../values/float-bytes.js';
import { parseSmallJson, shortly } from './parse-small-json.js';

/** A safetensors file, wherever its bytes are: on disk, in memory, in a browser's `File`. */
export interface SafetensorsSource {
  /** Its name in errors: usually the file's name. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. All of them are inside the file. */
  readInto(target: Uint8Array, position: number): Promise<void>;
}

/** One tensor in the header of a safetensors file, checked against the file. */
export interface SafetensorsEntry {
  /** The element type by the format's name, such as `F32`. */
  readonly dtype: string;
  /** Sizes of its dimensions. */
  readonly shape: number[];
  /** Position of the first byte in the file. */
  readonly start: number;
  /** Number of bytes. */
  readonly byteLength: number;
}

// The format allows 100 MB; a model with ten thousand tensors takes 1 MB.
const longestHeader = 1 << 24;
// "a":{"dtype":"F32","shape":[],"data_offsets":[0,0]}, is an object and two arrays.
const shortestEntry = 48;

/** Bytes of an element, by the format's name of its type. */
export const elementSizes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/** The bytes of one tensor of the file. */
export function bytesAt(source: SafetensorsSource, { start, byteLength }: SafetensorsEntry): FloatBytes {
  return {
    readInto: (target) => source.readInto(target, start),
    async *pieces() {
      const pieceSize = 1 << 20;
      for (let done = 0; done < byteLength; done += pieceSize) {
        const piece = new Uint8Array(Math.min(pieceSize, byteLength - done));
        await source.readInto(piece, start + done);
        yield piece;
      }
    },
  };
}

/**
 * Reads and checks only the header.
 *
 * @returns the tensors by name, in the header's order
 * @throws Error naming the source and the tensor, if the header is invalid or too long, a dtype is unknown, a shape does not
 *   match its bytes, or tensors overlap, leave a hole or end beyond the file.
 */
export async function readSafetensorsHeader(
  source: SafetensorsSource,
): Promise<Map<string, SafetensorsEntry>> {
  return (await readHeaderWithMetadata(source)).entries;
}

/** Like `readSafetensorsHeader`, but also returns the metadata of the file, its `__metadata__`. */
export async function readHeaderWithMetadata(
  source: SafetensorsSource,
): Promise<{ entries: Map<string, SafetensorsEntry>; metadata: Record<string, unknown> }> {
  const fail = (message: string, cause?: unknown) => new Error(`${source.name}: ${message}`, { cause });
  if (source.size < 8) throw fail(`truncated: expected at least 8 bytes, found ${source.size}`);
  const lengthBytes = new Uint8Array(8);
  await source.readInto(lengthBytes, 0);
  const headerLength = Number(new DataView(lengthBytes.buffer).getBigUint64(0, true));
  if (headerLength > longestHeader) {
    throw fail(`expected a safetensors header of at most ${longestHeader} bytes, found ${headerLength}`);
  }
  const dataStart = 8 + headerLength;
  if (dataStart > source.size) {
    throw fail(`truncated: expected at least ${dataStart} bytes, found ${source.size}`);
  }
  const header = new Uint8Array(headerLength);
  await source.readInto(header, 8);
  let described: unknown;
  try {
    described = parseSmallJson(header, { deepest: 3, bytesPerPart: shortestEntry / 3 });
  } catch (error) {
    throw fail(`its safetensors header is ${(error as Error).message}`, error);
  }
  if (!isObject(described)) throw fail('its safetensors header is not a JSON object');

  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, value] of Object.entries(described)) {
    if (name === '__metadata__') continue;
    entries.set(
      name,
      checkedEntry(value, dataStart, (message) => fail(`${name}: ${message}`)),
    );
  }
  if (entries.size === 0) throw fail('holds no tensors');

  // The format requires that tensors fill the file without holes, so none can hide or be read twice.
  let end = dataStart;
  for (const [name, entry] of [...entries].sort(
    ([, a], [, b]) => a.start - b.start || a.byteLength - b.byteLength,
  )) {
    if (entry.start !== end) {
      const how = entry.start < end ? 'overlaps another tensor' : 'leaves a hole before it';
      throw fail(
        `${name}: its data ${how}: expected it to begin at ${end - dataStart}, found ${entry.start - dataStart}`,
      );
    }
    end += entry.byteLength;
    if (end > source.size) {
      throw fail(`${name}: truncated: its data ends at byte ${end} of the file, which has ${source.size}`);
    }
  }
  if (end !== source.size) throw fail(`expected ${end} bytes, found ${source.size}`);
  const metadata = described['__metadata__'];
  return { entries, metadata: isObject(metadata) ? metadata : {} };
}

function checkedEntry(value: unknown, dataStart: number, fail: (message: string) => Error): SafetensorsEntry {
  if (!isObject(value)) throw fail('expected an object with dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementSizes, dtype)) {
    throw fail(`unknown dtype ${shortly(dtype)}`);
  }
  if (!isCounts(shape)) throw fail(`shape: expected whole numbers, found ${shortly(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fail(`data_offsets: expected [begin, end], found ${shortly(offsets)}`);
  }
  const byteLength = offsets[1]! - offsets[0]!;
  const expected = sizeOf(shape) * elementSizes[dtype]!;
  if (byteLength !== expected) {
    throw fail(`expected ${expected} bytes for ${dtype} of shape (${shape.join(', ')}), found ${byteLength}`);
  }
  return { dtype, shape, start: dataStart + offsets[0]!, byteLength };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

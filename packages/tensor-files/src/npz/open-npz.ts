import { fileSource, openZip, type ZipArchive, type ZipEntry } from '@ds/files';
import {
  elementCount,
  longestHeader,
  npyHeaderLength,
  npyTypes,
  parseNpyHeader,
  type NpyHeader,
} from './npy-format.js';

/** One array of an npz file, whose elements stay on disk. */
export interface NpzEntry extends NpyHeader {
  /**
   * The bytes of the elements, in pieces of any length. Throws at the end if the checksum of the array is wrong; bytes read
   * before the end are not verified.
   */
  bytes(): AsyncIterable<Uint8Array>;
}

/** An open npz file. */
export interface NpzFile {
  /** The arrays by name, in the order of the file. */
  readonly entries: ReadonlyMap<string, NpzEntry>;
  /** The comment of the archive; empty if it has none. */
  readonly comment: string;
  /** Closes the file; its arrays can no longer be read. */
  close(): Promise<void>;
}

/**
 * Opens an npz file (numpy.savez, numpy.savez_compressed) and reads the headers of its arrays. A shape is accepted only if
 * the file has the bytes for it, so nothing is ever allocated for a hostile shape.
 *
 * @throws Error naming the file and the array, if it is not an npz file, is truncated, or has an invalid header.
 */
export async function openNpz(path: string): Promise<NpzFile> {
  const source = await fileSource(path);
  try {
    const zip = await openZip(source);
    return { entries: await npzEntries(zip), comment: zip.comment, close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The arrays of an npz file whose archive is open. Throws like `openNpz`. */
export async function npzEntries(zip: ZipArchive): Promise<Map<string, NpzEntry>> {
  const entries = new Map<string, NpzEntry>();
  for (const [fileName, entry] of zip.entries) {
    if (!fileName.endsWith('.npy')) continue;
    const name = fileName.slice(0, -'.npy'.length);
    try {
      entries.set(name, await openEntry(zip, entry));
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(`${zip.name}: `, '') : String(error);
      throw new Error(`${zip.name}: array "${name}": ${reason}`, { cause: error });
    }
  }
  if (entries.size === 0) {
    throw new Error(`${zip.name}: expected an npz file, found no .npy array in the archive`);
  }
  return entries;
}

async function openEntry(zip: ZipArchive, entry: ZipEntry): Promise<NpzEntry> {
  const start = await firstBytes(zip.read(entry), longestHeader);
  const headerLength = npyHeaderLength(start);
  if (start.length < headerLength) {
    throw new Error(`expected an npy header of ${headerLength} bytes, found ${start.length}`);
  }
  const header = parseNpyHeader(start.subarray(0, headerLength));
  const expected = elementCount(header.shape) * npyTypes[header.dtype].bytes;
  const found = entry.size - headerLength;
  if (expected !== found) {
    const shape = `(${header.shape.join(', ')})`;
    throw new Error(`expected ${expected} bytes for ${header.dtype} of shape ${shape}, found ${found}`);
  }
  return { ...header, bytes: () => skipped(zip.read(entry), headerLength) };
}

async function firstBytes(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const start = new Uint8Array(length);
  let filled = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(0, length - filled);
    start.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return start.subarray(0, filled);
}

async function* skipped(pieces: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const piece of pieces) {
    if (piece.length > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

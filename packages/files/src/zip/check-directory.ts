import type { Entry, LocalFileHeader } from 'yauzl';
import type { HeaderReader } from './header-reader.js';
import {
  endLength,
  locatorLength,
  max16,
  max32,
  signatures,
  sizesFollow,
  zip64EndLength,
} from './zip-format.js';

// An archive says most things twice. yauzl looks at one place; other readers, such as PyTorch's, at the other.

/** @throws Error if the header before an entry's data does not match the directory. */
export function checkLocalHeader(found: Entry, local: LocalFileHeader): void {
  const differs = (field: string, inDirectory: unknown, inHeader: unknown) =>
    new Error(
      `the entry "${found.fileName}" has ${field} ${inDirectory} in the directory, ${inHeader} in its own header`,
    );
  if (!local.fileName.equals(found.fileNameRaw)) {
    throw differs('the name', JSON.stringify(found.fileName), JSON.stringify(local.fileName.toString()));
  }
  if (local.compressionMethod !== found.compressionMethod) {
    throw differs('the compression method', found.compressionMethod, local.compressionMethod);
  }
  // If the sizes follow the data, the header has none.
  if ((local.generalPurposeBitFlag & sizesFollow) !== 0) return;
  for (const field of ['crc32', 'compressedSize', 'uncompressedSize'] as const) {
    const isInZip64 = field !== 'crc32' && local[field] === max32;
    if (!isInZip64 && local[field] !== found[field]) throw differs(field, found[field], local[field]);
  }
}

/** @throws Error if the entry at `position` of the directory is on another disk. */
export async function checkDisk(reader: HeaderReader, { fileName }: Entry, position: number): Promise<void> {
  const disk = Buffer.alloc(2);
  await reader.readInto(disk, position + 34);
  if (disk.readUInt16LE() !== 0) {
    throw new Error(`the entry "${fileName}" is on disk ${disk.readUInt16LE()}, expected 0`);
  }
}

/**
 * Checks the records at the end of the directory, which follows its last entry at `position`.
 *
 * @throws Error if the directory does not end there, continues after the counted entries, is on several disks, or if the
 *   record and its zip64 form contradict each other.
 */
export async function checkDirectoryEnd(
  reader: HeaderReader,
  { position, count }: { position: number; count: number },
): Promise<void> {
  const bytes = Buffer.alloc(
    Math.min(zip64EndLength + locatorLength + endLength, reader.source.size - position),
  );
  await reader.readInto(bytes, position);
  const signature = bytes.length >= endLength ? bytes.readUInt32LE(0) : 0;
  const fail = (found: string) =>
    new Error(
      `expected the end of its directory at byte ${position}, after ${count} entries, found ${found}`,
    );

  if (signature === signatures.end) {
    const end = endRecord(bytes);
    checkEnd(end);
    if (end.offset + end.size !== position) throw fail(`that it ends at byte ${end.offset + end.size}`);
    return;
  }
  if (signature !== signatures.zip64End || bytes.length < zip64EndLength + locatorLength + endLength) {
    throw fail(signature === signatures.entry ? 'another entry' : 'something else');
  }
  const zip64 = zip64Record(bytes);
  checkEnd(zip64);
  if (zip64.offset + zip64.size !== position) throw fail(`that it ends at byte ${zip64.offset + zip64.size}`);
  if (zip64.length !== zip64EndLength) {
    throw new Error(`expected a zip64 record of ${zip64EndLength} bytes, found ${zip64.length}`);
  }
  const locator = bytes.subarray(zip64EndLength);
  if (locator.readUInt32LE(0) !== signatures.locator) throw fail('no locator after its zip64 record');
  const [disk, start, disks] = [
    locator.readUInt32LE(4),
    Number(locator.readBigUInt64LE(8)),
    locator.readUInt32LE(16),
  ];
  if (disk !== 0 || start !== position || disks !== 1) {
    throw new Error(
      `expected a zip64 record at byte ${position} of disk 0 of 1, found byte ${start} of disk ${disk} of ${disks}`,
    );
  }
  const end = locator.subarray(locatorLength);
  if (end.readUInt32LE(0) !== signatures.end) throw fail('no end after its zip64 record');
  for (const [field, value] of Object.entries(endRecord(end)) as [keyof EndRecord, number][]) {
    const isInZip64 = value === (field === 'size' || field === 'offset' ? max32 : max16);
    if (!isInZip64 && value !== zip64[field]) {
      throw new Error(`its end has ${value} ${meanings[field]}, the zip64 record before it ${zip64[field]}`);
    }
  }
}

interface EndRecord {
  /** Of the record, and where the directory begins; 0 both. */
  disk: number;
  firstDisk: number;
  /** Entries of the directory on this disk and on all. */
  countOnDisk: number;
  count: number;
  /** Bytes of the directory, and the byte at which it begins. */
  size: number;
  offset: number;
}

const meanings: Record<keyof EndRecord, string> = {
  disk: 'as its disk',
  firstDisk: 'as its first disk',
  countOnDisk: 'entries on the disk',
  count: 'entries',
  size: 'bytes of directory',
  offset: "as the directory's first byte",
};

function endRecord(bytes: Buffer): EndRecord {
  return {
    disk: bytes.readUInt16LE(4),
    firstDisk: bytes.readUInt16LE(6),
    countOnDisk: bytes.readUInt16LE(8),
    count: bytes.readUInt16LE(10),
    size: bytes.readUInt32LE(12),
    offset: bytes.readUInt32LE(16),
  };
}

function zip64Record(bytes: Buffer): EndRecord & { length: number } {
  const long = (at: number) => Number(bytes.readBigUInt64LE(at));
  return {
    // Its own does not count the signature and itself.
    length: long(4) + 12,
    disk: bytes.readUInt32LE(16),
    firstDisk: bytes.readUInt32LE(20),
    countOnDisk: long(24),
    count: long(32),
    size: long(40),
    offset: long(48),
  };
}

function checkEnd({ disk, firstDisk, countOnDisk, count }: EndRecord): void {
  if (disk !== 0 || firstDisk !== 0) {
    throw new Error(`expected one disk, found that it is disk ${disk} and begins on disk ${firstDisk}`);
  }
  if (countOnDisk !== count) {
    throw new Error(`expected all of its ${count} entries on one disk, found ${countOnDisk}`);
  }
}

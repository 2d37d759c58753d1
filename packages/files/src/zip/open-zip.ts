import { promisify } from 'node:util';
import { createInflateRaw, crc32, inflateRaw } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { ByteSource } from '../reading/byte-source.js';
import { checkDirectoryEnd, checkDisk, checkLocalHeader } from './check-directory.js';
import { HeaderReader } from './header-reader.js';
import { entryLength } from './zip-format.js';

/** One file inside a zip archive, as its central directory describes it. */
export interface ZipEntry {
  /** Path inside the archive, with forward slashes; never absolute, never with `..`. */
  readonly name: string;
  /** Length in bytes when inflated, as declared: unverified until the entry has been read. */
  readonly size: number;
  /** Length in bytes inside the archive. */
  readonly compressedSize: number;
  readonly compression: 'stored' | 'deflated';
  /** CRC-32 of the inflated bytes. An archive without checksums has 0 for all entries; none is then checked. */
  readonly crc32: number;
}

/** A validated zip archive: names, positions and compression methods are safe to use. */
export interface ZipArchive {
  /** Its name in errors: that of its source. */
  readonly name: string;
  /** The files by name, in the order of the central directory; folders are left out. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** What its end says of the whole archive; empty where it says nothing. */
  readonly comment: string;
  /**
   * The inflated bytes of an entry, in pieces. Throws if their length is not exactly as declared, and at the end if
   * their CRC-32 is wrong.
   */
  read(entry: ZipEntry): AsyncIterable<Uint8Array>;
  /** The same into `target`, which must be as long as the entry; a stored entry is read without an intermediate copy. */
  readInto(entry: ZipEntry, target: Uint8Array): Promise<void>;
  /**
   * The bytes of a stored entry, without a copy; undefined if they are not contiguous in memory. Throws if their CRC-32
   * is wrong.
   */
  view(entry: ZipEntry): Uint8Array | undefined;
  /** A stored entry as a source, read in place. Its CRC-32 is not checked; use `check` for that. */
  source(entry: ZipEntry): ByteSource;
  /** Reads an entry to its end and throws if its length or its CRC-32 is wrong. */
  check(entry: ZipEntry): Promise<void>;
  /** States that the entry will not be read again; a source in memory frees it. */
  forget(entry: ZipEntry): void;
}

const pieceSize = 1 << 20;
// Up to this size an entry is inflated in one call, which avoids a stream's many small arrays.
const maxInflatedAtOnce = 1 << 26;
const inflateAtOnce = promisify(inflateRaw);
const wrongChecksum = 'its checksum (CRC-32) does not match';
// Our archives have tens of entries; keeping track of an entry takes about a kilobyte of memory.
const maxEntries = 100_000;
// The highest possible ratio of deflate (RFC 1951), from zlib's documentation.
const maxRatio = 1032;
// Of the format, times ten, and flags of entries that are compressed patches or have a masked header (4.4.4).
const newestVersion = 63;
const unreadable = (1 << 5) | (1 << 13);
// Of MS-DOS, in the low bits of an entry's attributes whatever the system.
const folderAttribute = 0x10;

/**
 * Opens a zip archive for reading at any position. The caller closes `source`. Nothing is allocated from a declared
 * size.
 *
 * @throws Error naming the source if it is not a zip archive, is truncated, or has an entry that is duplicate, has an
 *   unsafe path (absolute, `..`, backslash), overlaps another, lies outside the file, has a local header that disagrees
 *   with the directory, is encrypted, is compressed with a method other than deflate, or claims more bytes than deflate
 *   can produce.
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const entries = new Map<string, ZipEntry>();
  const dataStarts = new Map<ZipEntry, number>();
  const extents: { name: string; start: number; end: number }[] = [];
  const fail = (message: string, cause?: unknown) => new Error(`${source.name}: ${message}`, { cause });

  const headers = new HeaderReader(source);
  let archive: ZipFile;
  try {
    archive = await yauzl.fromRandomAccessReaderPromise(headers, source.size, {
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: false, // checked below, after encryption, for which yauzl's check would fail first
    });
    if (archive.entryCount > maxEntries) {
      throw new Error(`expected at most ${maxEntries} entries, found ${archive.entryCount}`);
    }
    const listed: Entry[] = [];
    // Where the entry that is read next begins.
    let position = (archive as unknown as { readEntryCursor: number }).readEntryCursor;
    for await (const found of archive.eachEntry()) {
      await checkDisk(headers, found, position);
      position += entryLength + found.fileNameLength + found.extraFieldLength + found.fileCommentLength;
      if (found.fileName.endsWith('/') && found.uncompressedSize === 0) continue;
      const entry = checked(found);
      if (entries.has(entry.name)) throw new Error(`two entries are called "${entry.name}"`);
      entries.set(entry.name, entry);
      listed.push(found);
    }
    await checkDirectoryEnd(headers, { position, count: archive.entryCount });
    for (const found of listed) {
      const entry = entries.get(found.fileName)!;
      const local = await archive.readLocalFileHeaderPromise(found);
      checkLocalHeader(found, local);
      const { fileDataStart } = local;
      dataStarts.set(entry, fileDataStart);
      extents.push({
        name: entry.name,
        start: found.relativeOffsetOfLocalHeader,
        end: fileDataStart + entry.compressedSize,
      });
    }
  } catch (error) {
    throw fail(`not a readable zip archive: ${error instanceof Error ? error.message : error}`, error);
  }
  extents.sort((a, b) => a.start - b.start);
  for (let i = 1; i < extents.length; i++) {
    if (extents[i]!.start < extents[i - 1]!.end) {
      throw fail(`the entries "${extents[i - 1]!.name}" and "${extents[i]!.name}" overlap`);
    }
  }

  const damaged = (entry: ZipEntry, reason: string, cause?: unknown) =>
    fail(`the entry "${entry.name}" is damaged: ${reason}`, cause);

  // torch.save can leave out the checksums of all entries (torch.serialization.set_crc32_options).
  const filled = [...entries.values()].filter(({ size }) => size > 0);
  const hasChecksums = filled.length < 2 || filled.some((entry) => entry.crc32 !== 0);
  const isWrong = (entry: ZipEntry, checksum: number) => hasChecksums && checksum !== entry.crc32;

  async function* compressedPieces(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const start = dataStarts.get(entry)!;
    const length = isInflatedAtOnce(entry) ? entry.compressedSize : pieceSize;
    for (let done = 0; done < entry.compressedSize; done += length) {
      const piece = new Uint8Array(Math.min(length, entry.compressedSize - done));
      await source.readInto(piece, start + done);
      yield piece;
    }
  }

  async function* read(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const pieces = compressedPieces(entry);
    let size = 0;
    let checksum = 0;
    try {
      for await (const piece of entry.compression === 'stored' ? pieces : inflated(pieces, entry)) {
        size += piece.length;
        if (size > entry.size) throw damaged(entry, `expected ${entry.size} bytes, found more`);
        checksum = crc32(piece, checksum);
        yield piece;
      }
    } catch (error) {
      // zlib's own errors name neither the archive nor the entry.
      if (error instanceof Error && error.message.startsWith(source.name)) throw error;
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        throw damaged(entry, `expected ${entry.size} bytes, found more`, error);
      }
      throw damaged(entry, error instanceof Error ? error.message : String(error), error);
    }
    if (size < entry.size) throw damaged(entry, `expected ${entry.size} bytes, found ${size}`);
    if (isWrong(entry, checksum)) throw damaged(entry, wrongChecksum);
  }

  return {
    name: source.name,
    entries,
    comment: archive.comment ?? '',
    read,
    async check(entry) {
      for await (const piece of read(entry)) void piece;
    },
    async readInto(entry, target) {
      if (target.length !== entry.size) {
        throw fail(`the entry "${entry.name}" has ${entry.size} bytes, expected ${target.length}`);
      }
      if (entry.compression === 'stored') {
        const start = dataStarts.get(entry)!;
        let checksum = 0;
        for (let done = 0; done < target.length; done += pieceSize) {
          const piece = target.subarray(done, done + pieceSize);
          await source.readInto(piece, start + done);
          checksum = crc32(piece, checksum);
        }
        if (isWrong(entry, checksum)) throw damaged(entry, wrongChecksum);
        return;
      }
      let filled = 0;
      for await (const piece of read(entry)) {
        target.set(piece, filled);
        filled += piece.length;
      }
    },
    view(entry) {
      if (entry.compression !== 'stored') return undefined;
      const bytes = source.view?.(dataStarts.get(entry)!, entry.size);
      if (bytes && isWrong(entry, crc32(bytes))) throw damaged(entry, wrongChecksum);
      return bytes;
    },
    source(entry) {
      if (entry.compression !== 'stored') throw fail(`the entry "${entry.name}" is compressed`);
      const start = dataStarts.get(entry)!;
      return {
        name: `${source.name}: ${entry.name}`,
        size: entry.size,
        async readInto(target, position) {
          if (position < 0 || position + target.length > entry.size) {
            throw fail(
              `the entry "${entry.name}" is too short: expected at least ${position + target.length} bytes, ` +
                `found ${entry.size}`,
            );
          }
          await source.readInto(target, start + position);
        },
        forget: (from, to) => source.forget?.(start + from, start + to),
        close: async () => undefined,
      };
    },
    forget(entry) {
      const start = dataStarts.get(entry)!;
      source.forget?.(start, start + entry.compressedSize);
    },
  };
}

function checked(found: Entry): ZipEntry {
  const name = found.fileName;
  if (name === '' || name.includes('\0')) throw new Error('an entry has no valid name');
  if (found.isEncrypted()) throw new Error(`the entry "${name}" is encrypted`);
  const version = found.versionNeededToExtract & 0xff;
  if (version > newestVersion) {
    throw new Error(
      `the entry "${name}" needs version ${version / 10} of the format, expected at most ${newestVersion / 10}`,
    );
  }
  if ((found.generalPurposeBitFlag & unreadable) !== 0) {
    throw new Error(`the entry "${name}" is a patch of another file, or its header is masked`);
  }
  if (!found.canDecodeFileData()) {
    throw new Error(
      `the entry "${name}" is compressed with method ${found.compressionMethod}, ` +
        'expected 0 (stored) or 8 (deflated)',
    );
  }
  const { compressedSize, uncompressedSize: size } = found;
  if ((found.externalFileAttributes & folderAttribute) !== 0) {
    throw new Error(`the entry "${name}" is marked as a folder, but has the name of a file`);
  }
  const compression = found.compressionMethod === 8 ? 'deflated' : 'stored';
  if (compression === 'deflated' && size > compressedSize * maxRatio) {
    throw new Error(`the entry "${name}" claims ${size} bytes, too many for its ${compressedSize}`);
  }
  if (compression === 'stored' && size !== compressedSize) {
    throw new Error(`the entry "${name}" is stored, but claims ${size} bytes in ${compressedSize}`);
  }
  return { name, size, compressedSize, compression, crc32: found.crc32 };
}

function isInflatedAtOnce({ compression, size }: ZipEntry): boolean {
  return compression === 'deflated' && size <= maxInflatedAtOnce;
}

async function* inflated(pieces: AsyncIterable<Uint8Array>, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (isInflatedAtOnce(entry)) {
    // One byte more than declared, so that an entry that is too long is noticed.
    const room = entry.size + 1;
    for await (const whole of pieces) {
      yield await inflateAtOnce(whole, { chunkSize: Math.max(64, room), maxOutputLength: room });
    }
    return;
  }
  // yauzl's own stream returns 16 KiB at a time and checks no CRC-32.
  yield* pipeline(
    Readable.from(pieces, { objectMode: false }),
    createInflateRaw({ chunkSize: 1 << 18 }),
    () => undefined, // the error reaches the reader of the last stream
  ) as AsyncIterable<Uint8Array>;
}

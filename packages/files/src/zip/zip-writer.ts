import { crc32 } from 'node:zlib';
import { deflateBlocks } from './deflate-blocks.js';
import type { KnownBlocks } from './known-blocks.js';
import { max16, max32, method, sizesFollow, type ZipCompression } from './zip-format.js';

/** The bytes of an entry, in order. They must not change until the entry is added. */
export type ZipParts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

interface WrittenEntry {
  name: Uint8Array;
  compression: ZipCompression;
  flags: number;
  crc: number;
  size: number;
  compressedSize: number;
  offset: number;
}

const utf8Names = 1 << 11;
const zip64Version = 45;
const plainVersion = 20;
const firstOfJanuary1980 = 0x0021;

/**
 * Writes a zip archive front to back: `write` is called with its bytes in order. The same entries give the
 * same bytes, because no time is stored. Sizes above 4 GiB and more than 65535 entries use zip64.
 *
 * docs/decisions/0002 says why we have our own.
 */
export class ZipWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #forceZip64: boolean;
  readonly #entries: WrittenEntry[] = [];
  readonly #names = new Set<string>();
  #position = 0;
  #busy = false;

  /** `forceZip64` uses zip64 records everywhere, regardless of size. */
  constructor(
    write: (bytes: Uint8Array) => Promise<void>,
    { forceZip64 = false }: { forceZip64?: boolean } = {},
  ) {
    this.#write = write;
    this.#forceZip64 = forceZip64;
  }

  /**
   * Adds an entry uncompressed. `align`: the data starts at a multiple of this many bytes (default 1).
   * An array of parts is read twice, first for its length and checksum, which then precede the data; other iterables
   * are read once.
   *
   * @throws Error on a name that is empty, too long or already in use.
   */
  async addStored(name: string, parts: ZipParts, { align = 1 }: { align?: number } = {}): Promise<void> {
    await this.#addEntry(name, 'stored', parts, parts, align);
  }

  /**
   * Adds an entry deflated at `level` (0 to 9, default 6) by up to `threads` threads (default: the available
   * processors). The bytes do not depend on the number of threads.
   *
   * @throws Error on a name that is empty, too long or already in use.
   */
  async addDeflated(
    name: string,
    parts: ZipParts,
    {
      level = 6,
      threads,
      known,
    }: {
      level?: number;
      threads?: number;
      /** Deflated blocks of entries with a common end. */
      known?: KnownBlocks | undefined;
    } = {},
  ): Promise<void> {
    const totals = { size: 0, crc: 0 };
    const deflated = deflateBlocks(counted(parts, totals), { level, threads, known });
    await this.#addEntry(name, 'deflated', parts, deflated, 1, totals);
  }

  /**
   * Adds an entry that is already deflated: parts of one raw deflate stream. `size` and `crc`: the length and the CRC-32
   * of the inflated bytes.
   *
   * @throws Error on a name that is empty, too long or already in use.
   */
  async addPredeflated(
    name: string,
    parts: ZipParts,
    { size, crc }: { size: number; crc: number },
  ): Promise<void> {
    await this.#addEntry(name, 'deflated', parts, parts, 1, { size, crc });
  }

  /**
   * Writes the central directory. Nothing can be added afterwards.
   *
   * @throws Error when the comment, which is that of the whole archive, takes more than 65535 bytes.
   */
  async finish({ comment = '' }: { comment?: string } = {}): Promise<void> {
    this.#start();
    const commentBytes = new TextEncoder().encode(comment);
    if (commentBytes.length > max16) {
      throw new Error(`zip: a comment must take at most ${max16} bytes, found ${commentBytes.length}`);
    }
    const offset = this.#position;
    for (const entry of this.#entries) await this.#put(centralHeader(entry, this.#forceZip64));
    await this.#put(
      archiveEnd({
        count: this.#entries.length,
        size: this.#position - offset,
        offset,
        forceZip64: this.#forceZip64,
        comment: commentBytes,
      }),
    );
    // #busy stays set: the archive is closed.
  }

  async #addEntry(
    name: string,
    compression: ZipCompression,
    parts: ZipParts,
    output: ZipParts,
    align: number,
    totals = { size: 0, crc: 0 },
  ): Promise<void> {
    this.#start();
    const nameBytes = new TextEncoder().encode(name);
    if (nameBytes.length === 0 || nameBytes.length > max16) {
      throw new Error(`zip: an entry's name must take 1 to ${max16} bytes, found ${nameBytes.length}`);
    }
    if (this.#names.has(name)) throw new Error(`zip: there is already an entry called "${name}"`);
    this.#names.add(name);

    const known = compression === 'stored' && Array.isArray(parts);
    if (known) for (const part of parts as Uint8Array[]) count(totals, part);
    const entry: WrittenEntry = {
      name: nameBytes,
      compression,
      flags: known ? utf8Names : utf8Names | sizesFollow,
      crc: known ? totals.crc : 0,
      size: known ? totals.size : 0,
      compressedSize: known ? totals.size : 0,
      offset: this.#position,
    };
    // A length that is not known yet may need zip64, which the header must announce.
    const zip64 = this.#forceZip64 || !known || totals.size >= max32;
    await this.#put(localHeader(entry, { zip64, align }));

    const dataStart = this.#position;
    const isCounted = known || compression === 'deflated';
    for await (const piece of isCounted ? output : counted(output, totals)) await this.#put(piece);
    entry.size = totals.size;
    entry.crc = totals.crc;
    entry.compressedSize = this.#position - dataStart;
    if (!known) await this.#put(dataDescriptor(entry));
    this.#entries.push(entry);
    this.#busy = false;
  }

  #start(): void {
    if (this.#busy) {
      throw new Error('zip: the archive is finished, has failed, or an earlier entry is still being added');
    }
    this.#busy = true;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.#write(bytes);
    this.#position += bytes.length;
  }
}

function count(totals: { size: number; crc: number }, part: Uint8Array): void {
  // Node's crc32 loses the running value on an empty view of an empty buffer.
  if (part.length === 0) return;
  totals.size += part.length;
  totals.crc = crc32(part, totals.crc);
}

async function* counted(parts: ZipParts, totals: { size: number; crc: number }): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    count(totals, part);
    yield part;
  }
}

function localHeader(entry: WrittenEntry, { zip64, align }: { zip64: boolean; align: number }): Uint8Array {
  const sizes = zip64 ? zip64Extra([entry.size, entry.size]) : new Uint8Array(0);
  const unpadded = entry.offset + 30 + entry.name.length + sizes.length;
  const padding = paddingExtra((align - (unpadded % align)) % align, align);
  const bytes = new Uint8Array(30 + entry.name.length + sizes.length + padding.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(4, zip64 ? zip64Version : plainVersion, true);
  view.setUint16(6, entry.flags, true);
  view.setUint16(8, method[entry.compression], true);
  view.setUint16(12, firstOfJanuary1980, true);
  view.setUint32(14, entry.crc, true);
  view.setUint32(18, zip64 ? max32 : entry.compressedSize, true);
  view.setUint32(22, zip64 ? max32 : entry.size, true);
  view.setUint16(26, entry.name.length, true);
  view.setUint16(28, sizes.length + padding.length, true);
  bytes.set(entry.name, 30);
  bytes.set(sizes, 30 + entry.name.length);
  bytes.set(padding, 30 + entry.name.length + sizes.length);
  return bytes;
}

function dataDescriptor(entry: WrittenEntry): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x08074b50, true);
  view.setUint32(4, entry.crc, true);
  view.setBigUint64(8, BigInt(entry.compressedSize), true);
  view.setBigUint64(16, BigInt(entry.size), true);
  return bytes;
}

function centralHeader(entry: WrittenEntry, forceZip64: boolean): Uint8Array {
  const inZip64 = (value: number) => forceZip64 || value >= max32;
  const field = (value: number) => (inZip64(value) ? max32 : value);
  const moved = [entry.size, entry.compressedSize, entry.offset].filter(inZip64);
  const extra = moved.length > 0 ? zip64Extra(moved) : new Uint8Array(0);
  const zip64 = moved.length > 0 || (entry.flags & sizesFollow) !== 0;
  const bytes = new Uint8Array(46 + entry.name.length + extra.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, zip64Version, true);
  view.setUint16(6, zip64 ? zip64Version : plainVersion, true);
  view.setUint16(8, entry.flags, true);
  view.setUint16(10, method[entry.compression], true);
  view.setUint16(14, firstOfJanuary1980, true);
  view.setUint32(16, entry.crc, true);
  view.setUint32(20, field(entry.compressedSize), true);
  view.setUint32(24, field(entry.size), true);
  view.setUint16(28, entry.name.length, true);
  view.setUint16(30, extra.length, true);
  view.setUint32(42, field(entry.offset), true);
  bytes.set(entry.name, 46);
  bytes.set(extra, 46 + entry.name.length);
  return bytes;
}

function archiveEnd({
  count,
  size,
  offset,
  forceZip64,
  comment,
}: {
  count: number;
  size: number;
  offset: number;
  forceZip64: boolean;
  comment: Uint8Array;
}): Uint8Array {
  const zip64 = forceZip64 || count >= max16 || size >= max32 || offset >= max32;
  const endStart = zip64 ? 56 + 20 : 0;
  const bytes = new Uint8Array(endStart + 22 + comment.length);
  const view = new DataView(bytes.buffer);
  if (zip64) {
    view.setUint32(0, 0x06064b50, true);
    view.setBigUint64(4, 44n, true);
    view.setUint16(12, zip64Version, true);
    view.setUint16(14, zip64Version, true);
    view.setBigUint64(24, BigInt(count), true);
    view.setBigUint64(32, BigInt(count), true);
    view.setBigUint64(40, BigInt(size), true);
    view.setBigUint64(48, BigInt(offset), true);
    view.setUint32(56, 0x07064b50, true);
    view.setBigUint64(64, BigInt(offset + size), true);
    view.setUint32(72, 1, true);
  }
  const end = new DataView(bytes.buffer, endStart);
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, zip64 ? max16 : count, true);
  end.setUint16(10, zip64 ? max16 : count, true);
  end.setUint32(12, zip64 ? max32 : size, true);
  end.setUint32(16, zip64 ? max32 : offset, true);
  end.setUint16(20, comment.length, true);
  bytes.set(comment, endStart + 22);
  return bytes;
}

function zip64Extra(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 8 * values.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x0001, true);
  view.setUint16(2, 8 * values.length, true);
  values.forEach((value, i) => view.setBigUint64(4 + 8 * i, BigInt(value), true));
  return bytes;
}

/** An extra field that only adds length; the same as PyTorch writes ("FB", filled with Z). */
function paddingExtra(length: number, align: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  while (length < 4) length += align;
  const bytes = new Uint8Array(length).fill(0x5a);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4246, true);
  view.setUint16(2, length - 4, true);
  return bytes;
}

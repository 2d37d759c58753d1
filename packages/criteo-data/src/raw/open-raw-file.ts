import { fileSource, type FileSource } from '@ds/files';
import { peek } from './byte-stream.js';
import { containers } from './containers/containers.js';
import { OtherMember } from './containers/tar.js';
import { encodingOf, inUtf8 } from './text-encoding.js';

/** The path that stands for standard input. */
export const standardInput = '-';

/** The text of a raw file, packed or not. */
export interface RawFile {
  /** Its name in errors: its path, and the file inside an archive. */
  name: string;
  /** Bytes of the file on disk; 0 for standard input, whose size is unknown. */
  size: number;
  /** Bytes of it that `bytes` has read so far. */
  done(): number;
  /** The first bytes of the text, in UTF-8 without a byte order mark. */
  start: Uint8Array;
  /** A plain text, which can be read at any position, and its start; undefined for a packed one. */
  plain: { source: FileSource; position: number } | undefined;
  /** The text in UTF-8 without a byte order mark; can be read once. */
  bytes: AsyncIterable<Uint8Array>;
  /** Notes for the user on how it is read. */
  notes: string[];
  close(): Promise<void>;
}

/** The number of bytes to examine: more than the first lines of any such table. */
const startSize = 1 << 16;
const readSize = 1 << 20;
/** A zip of gzip files is two deep, a tar.gz too. */
const deepest = 4;

/**
 * Opens a file of raw rows, recognised by its content: text in UTF-8 or UTF-16, also packed with gzip or Zstandard (if Node
 * supports it), in a zip or tar archive, or several of these (`.tar.gz`).
 *
 * @throws Error naming the file, if it cannot be read, is damaged, or has an unsupported format (with the command that
 *   converts it).
 */
export async function openRawFile(
  path: string,
  { member }: { /** The file to take from an archive. */ member?: string | undefined } = {},
): Promise<RawFile> {
  const source = path === standardInput ? undefined : await fileSource(path);
  try {
    return await unpack(path, { source, member });
  } catch (error) {
    await source?.close();
    if (error instanceof OtherMember && source) return openRawFile(path, { member: error.member });
    if (error instanceof OtherMember) {
      throw new Error(
        `standard input: expected train.txt in the archive, found ${error.member}; name it with --member`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function unpack(
  path: string,
  { source, member }: { source: FileSource | undefined; member: string | undefined },
): Promise<RawFile> {
  let done = 0;
  async function* stored(): AsyncGenerator<Uint8Array> {
    if (!source) {
      for await (const bytes of process.stdin) {
        done += (bytes as Uint8Array).length;
        yield bytes as Uint8Array;
      }
      return;
    }
    while (done < source.size) {
      const bytes = new Uint8Array(Math.min(readSize, source.size - done));
      await source.readInto(bytes, done);
      done += bytes.length;
      yield bytes;
    }
  }

  let name = source ? path : 'standard input';
  let current = await readingOf(name, () => peek(stored(), startSize));
  const notes: string[] = [];
  let depth = 0;
  for (;;) {
    const container = containers.find(({ isStart }) => isStart(current.start));
    if (!container) break;
    if (++depth > deepest) throw new Error(`${name}: packed more than ${deepest} times; unpack it first`);
    const packed = { ...current, name, source: depth === 1 ? source : undefined, member };
    const unpacked = await readingOf(name, () => container.open(packed));
    name = unpacked.name;
    if (unpacked.note) notes.push(unpacked.note);
    current = await readingOf(name, () => peek(unpacked.bytes, startSize));
  }
  const encoding = encodingOf(current.start);
  const isPlain = source && depth === 0 && encoding.id === 'utf-8';
  if (encoding.id !== 'utf-8' || encoding.markBytes > 0) {
    current = await readingOf(name, () => peek(inUtf8(current.bytes, encoding), startSize));
  }
  if (encoding.id !== 'utf-8') notes.push(`${name}: read as ${encoding.id.toUpperCase()}`);
  return {
    name,
    size: source?.size ?? 0,
    done: () => done,
    start: current.start,
    plain: isPlain ? { source, position: encoding.markBytes } : undefined,
    bytes: current.bytes,
    notes,
    close: async () => source?.close(),
  };
}

/** Adds the name of the file to errors of a stream. */
async function readingOf<Result>(name: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof OtherMember || message.includes(name)) throw error;
    throw new Error(`cannot read ${name}: ${message}`, { cause: error });
  }
}

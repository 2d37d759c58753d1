import { openToRead } from './open-to-read.js';

/** Bytes that can be read at any position: a file, or memory that may be larger than one Buffer. */
export interface ByteSource {
  /** Its name in errors: usually the file's path. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. Throws if there are too few. */
  readInto(target: Uint8Array, position: number): Promise<void>;
  /** `length` bytes from `position` on, without a copy; undefined if they are not contiguous in memory. */
  view?(position: number, length: number): Uint8Array | undefined;
  /** States that the bytes from `start` to `end` will not be read again; a source in memory frees the pieces inside. */
  forget?(start: number, end: number): void;
  close(): Promise<void>;
}

/** The bytes of an open file. */
export interface FileSource extends ByteSource {
  /** The file descriptor, valid in every thread of this process; not to be closed. */
  readonly fd: number;
}

// Node reads at most 2 GiB at once.
const maxRead = 1 << 30;
// Of many small reads one after another, as of a model with a hundred thousand tensors, each would take longer than the
// bytes themselves: they are read together.
const smallRead = 1 << 14;
const readTogether = 1 << 18;

/** Opens a file for reading at any position. Throws an Error that names the file if it cannot be read. */
export async function fileSource(path: string): Promise<FileSource> {
  const { file, size } = await openToRead(path);
  let ahead = { start: 0, bytes: new Uint8Array(0) };
  let lastEnd = -1;
  const readAt = async (target: Uint8Array, position: number) => {
    let filled = 0;
    while (filled < target.length) {
      const length = Math.min(maxRead, target.length - filled);
      const { bytesRead } = await file.read(target, filled, length, position + filled);
      if (bytesRead === 0) throw truncated(path, size, position + target.length);
      filled += bytesRead;
    }
  };
  return {
    name: path,
    size,
    fd: file.fd,
    async readInto(target, position) {
      const follows = position >= lastEnd && position < lastEnd + smallRead;
      lastEnd = position + target.length;
      if (target.length > smallRead || lastEnd > size) return readAt(target, position);
      if (position < ahead.start || lastEnd > ahead.start + ahead.bytes.length) {
        if (!follows) return readAt(target, position);
        const bytes = new Uint8Array(Math.min(readTogether, size - position));
        await readAt(bytes, position);
        ahead = { start: position, bytes };
        target.set(bytes.subarray(0, target.length));
        return undefined;
      }
      target.set(ahead.bytes.subarray(position - ahead.start).subarray(0, target.length));
      return undefined;
    },
    close: () => file.close(),
  };
}

/** Bytes held in memory, in order, as pieces of any size. */
export function memorySource(name: string, pieces: readonly Uint8Array[]): ByteSource {
  const starts: number[] = [];
  const held = [...pieces];
  const forgotten = new Uint8Array(0);
  let size = 0;
  for (const piece of pieces) {
    starts.push(size);
    size += piece.length;
  }
  return {
    name,
    size,
    async readInto(target, position) {
      if (position + target.length > size) throw truncated(name, size, position + target.length);
      let piece = lastStartAtOrBefore(starts, position);
      for (let filled = 0; filled < target.length; piece++) {
        const from = position + filled - starts[piece]!;
        const part = held[piece]!.subarray(from, from + target.length - filled);
        if (held[piece] === forgotten) throw new Error(`${name}: read again at byte ${position + filled}`);
        target.set(part, filled);
        filled += part.length;
      }
    },
    view(position, length) {
      const piece = lastStartAtOrBefore(starts, position);
      const from = position - (starts[piece] ?? 0);
      const bytes = held[piece]?.subarray(from, from + length);
      return bytes?.length === length ? bytes : undefined;
    },
    forget(start, end) {
      let piece = lastStartAtOrBefore(starts, start);
      if (starts[piece]! < start) piece++;
      for (; piece < held.length && (starts[piece + 1] ?? size) <= end; piece++) held[piece] = forgotten;
    },
    close: async () => undefined,
  };
}

function truncated(name: string, size: number, wanted: number): Error {
  return new Error(`${name}: truncated: expected at least ${wanted} bytes, found ${size}`);
}

function lastStartAtOrBefore(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

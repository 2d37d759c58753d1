import { readSync } from 'node:fs';
import type { FileSource } from '@ds/files';
import { longestLine } from './longest-line.js';

/** Lines of an open file, which any thread of the process can read. */
export interface LineRange {
  path: string;
  fd: number;
  /** Of the first byte. */
  position: number;
  /** In bytes. */
  length: number;
}

const newline = 0x0a;
const searchSize = 1 << 12;

/**
 * Splits a file into ranges of whole lines, each about `pieceSize` bytes. A line that is longer than any row is cut.
 */
export async function* lineRanges({
  source,
  start,
  pieceSize,
  onProgress,
}: {
  source: FileSource;
  /** Position of the first line. */
  start: number;
  pieceSize: number;
  /** Called with the number of bytes of the file covered so far. */
  onProgress: (done: number) => void;
}): AsyncGenerator<LineRange> {
  for (let position = start; position < source.size;) {
    const end = await lineEnd(source, position + pieceSize, position + pieceSize + longestLine);
    onProgress(end);
    yield { path: source.name, fd: source.fd, position, length: end - position };
    position = end;
  }
}

/** The end of the line that contains the byte before `position`; `limit` if the line is longer. */
async function lineEnd(source: FileSource, position: number, limit: number): Promise<number> {
  const last = Math.min(limit, source.size);
  for (let at = position - 1; at < last; at += searchSize) {
    const bytes = new Uint8Array(Math.min(searchSize, last - at));
    await source.readInto(bytes, at);
    const found = bytes.indexOf(newline);
    if (found >= 0) return at + found + 1;
  }
  return last;
}

/** Fills `target` with the text of a range. Throws an Error that names the file if it cannot be read. */
export function readRange({ path, fd, position, length }: LineRange, target: Uint8Array): void {
  try {
    for (let done = 0; done < length;) {
      const read = readSync(fd, target, done, length - done, position + done);
      if (read === 0) throw new Error(`it was cut short at ${position + done} bytes`);
      done += read;
    }
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

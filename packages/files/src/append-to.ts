import { write } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';

// Node writes at most 2 GiB at once.
const largestWrite = 1 << 30;

const writeTo = promisify(write);

/**
 * A function that appends bytes to an open file, to the last one: a single write may stop short.
 *
 * @param file the file, or its number, by which other threads know it too
 */
export function appendTo(file: FileHandle | number): (bytes: Uint8Array) => Promise<void> {
  const descriptor = typeof file === 'number' ? file : file.fd;
  return async (bytes) => {
    for (let done = 0; done < bytes.length;) {
      const length = Math.min(largestWrite, bytes.length - done);
      const { bytesWritten } = await writeTo(descriptor, bytes, done, length);
      done += bytesWritten;
    }
  };
}

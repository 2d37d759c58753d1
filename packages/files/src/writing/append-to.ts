import { write } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';

// Node writes at most 2 GiB at once.
const maxWrite = 1 << 30;

const writeTo = promisify(write);

/**
 * Returns a function that appends all given bytes to an open file; a single write may write only some of them.
 *
 * @param file the file, or its descriptor, which other threads can use too
 */
export function appendTo(file: FileHandle | number): (bytes: Uint8Array) => Promise<void> {
  const descriptor = typeof file === 'number' ? file : file.fd;
  return async (bytes) => {
    for (let done = 0; done < bytes.length;) {
      const length = Math.min(maxWrite, bytes.length - done);
      const { bytesWritten } = await writeTo(descriptor, bytes, done, length);
      done += bytesWritten;
    }
  };
}

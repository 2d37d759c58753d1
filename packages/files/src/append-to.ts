import type { FileHandle } from 'node:fs/promises';

// Node writes at most 2 GiB at once.
const largestWrite = 1 << 30;

/** A function that appends bytes to an open file, to the last one: a single write may stop short. */
export function appendTo(file: FileHandle): (bytes: Uint8Array) => Promise<void> {
  return async (bytes) => {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, Math.min(largestWrite, bytes.length - done));
      done += bytesWritten;
    }
  };
}

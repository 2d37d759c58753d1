import type { FileHandle } from 'node:fs/promises';

const writeSize = 1 << 20;

/**
 * Appends many small parts to an open file in few writes. The bytes are not copied, so they must not change until they
 * are flushed.
 */
export function gatherTo(file: FileHandle): {
  append: (bytes: Uint8Array) => Promise<void>;
  flush: () => Promise<void>;
} {
  let parts: Uint8Array[] = [];
  let size = 0;
  const flush = async () => {
    while (size > 0) {
      // A write may write only some of the bytes.
      let { bytesWritten } = await file.writev(parts);
      size -= bytesWritten;
      while (parts[0] && bytesWritten >= parts[0].length) bytesWritten -= parts.shift()!.length;
      if (parts[0]) parts[0] = parts[0].subarray(bytesWritten);
    }
    parts = [];
  };
  const append = async (bytes: Uint8Array) => {
    parts.push(bytes);
    size += bytes.length;
    if (size >= writeSize) await flush();
  };
  return { append, flush };
}

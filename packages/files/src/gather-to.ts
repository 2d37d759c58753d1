import type { FileHandle } from 'node:fs/promises';

const writeSize = 1 << 20;

/**
 * Appends many small parts to an open file with few writes. The bytes are not copied: they must stay as they are
 * until they are flushed.
 */
export function gatherTo(file: FileHandle): {
  append: (bytes: Uint8Array) => Promise<void>;
  flush: () => Promise<void>;
} {
  let parts: Uint8Array[] = [];
  let size = 0;
  const flush = async () => {
    while (size > 0) {
      // A write may stop short.
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

import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';

const endLength = 1 << 16;

/**
 * Identifies the content of a file without reading all of it: its size, when it was last written, and a hash of its first
 * and last 64 KiB. Undefined if it is not a regular file or cannot be read.
 */
export async function fileIdentity(path: string): Promise<string | undefined> {
  try {
    // Before it is opened: opening a FIFO would wait for a writer.
    const stats = await stat(path);
    if (!stats.isFile()) return undefined;
    const { size, mtimeMs } = stats;
    const file = await open(path, 'r');
    try {
      const hash = createHash('sha256');
      const bytes = Buffer.alloc(endLength);
      for (const position of [0, Math.max(0, size - endLength)]) {
        const { bytesRead } = await file.read(bytes, 0, endLength, position);
        hash.update(bytes.subarray(0, bytesRead));
      }
      return `${size} ${mtimeMs} ${hash.digest('hex').slice(0, 32)}`;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

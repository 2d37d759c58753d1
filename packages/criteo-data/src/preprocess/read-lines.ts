import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileSource } from '@ds/files';

const newline = 0x0a;

/**
 * Cuts a text file, or one compressed with gzip (known by its first bytes), into pieces of whole lines, each
 * about `pieceSize` bytes in a buffer of its own. A line longer than that makes a longer piece, up to the
 * limit of 16 pieces, where it is handed over cut.
 *
 * @throws Error naming the file when it cannot be read or its gzip data is damaged.
 */
export async function* readLines({
  path,
  pieceSize,
  onProgress,
}: {
  path: string;
  pieceSize: number;
  /** Called with the number of bytes of the file read, and its size. */
  onProgress?: (done: number, total: number) => void;
}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const source = await fileSource(path);
  const { size } = source;
  const start = new Uint8Array(Math.min(2, size));
  await source.readInto(start, 0);
  await source.close();

  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  let stream: Readable = file;
  if (start[0] === 0x1f && start[1] === 0x8b) {
    // The error of either stream reaches the reader of the last one.
    stream = pipeline(file, createGunzip({ chunkSize: 1 << 18 }), () => undefined);
  }
  let piece = new Uint8Array(pieceSize);
  let filled = 0;
  try {
    for await (const bytes of stream as AsyncIterable<Uint8Array>) {
      for (let used = 0; used < bytes.length;) {
        const part = bytes.subarray(used, used + piece.length - filled);
        piece.set(part, filled);
        filled += part.length;
        used += part.length;
        if (filled < piece.length) continue;
        const end = piece.lastIndexOf(newline) + 1 || (filled >= 16 * pieceSize ? filled : 0);
        const rest = piece.subarray(end);
        const next = new Uint8Array(Math.max(pieceSize, 2 * rest.length));
        next.set(rest);
        if (end > 0) {
          onProgress?.(file.bytesRead, size);
          yield piece.subarray(0, end);
        }
        piece = next;
        filled -= end;
      }
    }
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
  if (filled > 0) yield piece.subarray(0, filled);
  onProgress?.(size, size);
}

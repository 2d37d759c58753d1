import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FileSource } from '@ds/files';

const newline = 0x0a;
const readSize = 1 << 20;

/**
 * Cuts the text of a file that is compressed with gzip into whole lines, each about `pieceSize` bytes in a buffer of
 * its own. A line longer than that makes a longer piece, up to the limit of 16 pieces, where it is cut.
 */
export async function* inflatedLines({
  source,
  pieceSize,
  onProgress,
}: {
  source: FileSource;
  pieceSize: number;
  /** Called with the number of bytes of the file read. */
  onProgress: (done: number) => void;
}): AsyncGenerator<{ text: Uint8Array<ArrayBuffer> }> {
  let read = 0;
  // Not a stream of the file system's: that closes the file, which is the source's, when it is destroyed.
  async function* compressed(): AsyncGenerator<Uint8Array> {
    while (read < source.size) {
      const bytes = new Uint8Array(Math.min(readSize, source.size - read));
      await source.readInto(bytes, read);
      read += bytes.length;
      yield bytes;
    }
  }
  // The error of either stream reaches the reader of the last one.
  const file = Readable.from(compressed(), { objectMode: false });
  const stream = pipeline(file, createGunzip({ chunkSize: 1 << 18 }), () => undefined);
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
          onProgress(read);
          yield { text: piece.subarray(0, end) };
        }
        piece = next;
        filled -= end;
      }
    }
  } finally {
    stream.destroy();
  }
  if (filled > 0) yield { text: piece.subarray(0, filled) };
}

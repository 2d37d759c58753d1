import { longestLine } from './longest-line.js';

const newline = 0x0a;

/**
 * Splits a text that arrives piece by piece into pieces of whole lines, each about `pieceSize` bytes in a separate buffer. A
 * line that is longer than any row is cut.
 */
export async function* cutLines({
  bytes,
  skip = 0,
  pieceSize,
}: {
  bytes: AsyncIterable<Uint8Array>;
  /** Bytes to skip at the start. */
  skip?: number;
  pieceSize: number;
}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const longest = pieceSize + longestLine;
  let piece = new Uint8Array(pieceSize);
  let filled = 0;
  for await (const read of bytes) {
    let used = Math.min(skip, read.length);
    skip -= used;
    while (used < read.length) {
      const part = read.subarray(used, used + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      used += part.length;
      if (filled < piece.length) continue;
      const end = piece.lastIndexOf(newline) + 1 || (filled >= longest ? filled : 0);
      const rest = piece.subarray(end);
      const next = new Uint8Array(Math.max(pieceSize, Math.min(longest, 2 * rest.length)));
      next.set(rest);
      if (end > 0) yield piece.subarray(0, end);
      piece = next;
      filled -= end;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

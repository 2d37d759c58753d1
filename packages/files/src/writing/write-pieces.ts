import type { FileHandle } from 'node:fs/promises';
import { joinedWrites } from './joined-writes.js';

/**
 * Appends pieces to an open file, small ones in common writes. A piece may change as soon as the next one is asked for.
 *
 * @returns the number of bytes
 */
export async function writePieces(
  file: FileHandle,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const { append, flush } = joinedWrites(file);
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    await append(piece);
  }
  await flush();
  return bytes;
}

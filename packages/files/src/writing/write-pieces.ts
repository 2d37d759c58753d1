import type { FileHandle } from 'node:fs/promises';
import { appendTo } from './append-to.js';

const bufferSize = 1 << 20;
// Larger pieces are written as they are: copying them would cost more than a write.
const smallPiece = 1 << 16;

/**
 * Appends pieces to an open file, small ones in common writes: a checkpoint may have hundreds of thousands of tensors of a
 * few bytes. A piece may change as soon as the next one is asked for.
 *
 * @returns the number of bytes
 */
export async function writePieces(
  file: FileHandle,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const append = appendTo(file);
  const buffer = new Uint8Array(bufferSize);
  let buffered = 0;
  let bytes = 0;
  const flush = async () => {
    await append(buffer.subarray(0, buffered));
    buffered = 0;
  };
  for await (const piece of pieces) {
    bytes += piece.length;
    if (buffered + piece.length > bufferSize || piece.length > smallPiece) await flush();
    if (piece.length > smallPiece) await append(piece);
    else {
      buffer.set(piece, buffered);
      buffered += piece.length;
    }
  }
  await flush();
  return bytes;
}

import type { FileHandle } from 'node:fs/promises';
import { appendTo } from './append-to.js';

const bufferSize = 1 << 20;
// Larger pieces are written as they are: copying them would cost more than a write.
const smallPiece = 1 << 16;

/**
 * Appends pieces to an open file, small ones in common writes: a checkpoint may have hundreds of thousands of tensors of a
 * few bytes. A piece may change as soon as `append` has returned. `flush` writes what has not been written yet.
 */
export function joinedWrites(file: FileHandle): {
  append: (piece: Uint8Array) => Promise<void>;
  flush: () => Promise<void>;
} {
  const write = appendTo(file);
  const buffer = new Uint8Array(bufferSize);
  let buffered = 0;
  const flush = async () => {
    await write(buffer.subarray(0, buffered));
    buffered = 0;
  };
  const append = async (piece: Uint8Array) => {
    if (buffered + piece.length > bufferSize || piece.length > smallPiece) await flush();
    if (piece.length > smallPiece) await write(piece);
    else {
      buffer.set(piece, buffered);
      buffered += piece.length;
    }
  };
  return { append, flush };
}

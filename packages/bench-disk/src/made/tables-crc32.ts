import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { CompressedTables, PieceMemory } from '@ds/bench-models';

/**
 * CRC-32 of the values of all tables, in their order, as float32. Tells whether a model was made again as it was. This thread
 * does other work between the pieces.
 *
 * @param memoryOf where the values of a table are written; default: nowhere
 */
export async function tablesCrc32(
  tables: CompressedTables,
  memoryOf: (name: string) => PieceMemory = reusedArray,
): Promise<number> {
  let crc = 0;
  for (const name of tables.names) {
    for (const piece of tables.pieces(name, memoryOf(name))) {
      crc = crc32(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), crc);
      await setImmediate();
    }
  }
  return crc;
}

/** One array for all pieces. */
function reusedArray(): PieceMemory {
  let array = new Float32Array(0);
  return (_, length) => {
    if (array.length < length) array = new Float32Array(length);
    return array.subarray(0, length);
  };
}

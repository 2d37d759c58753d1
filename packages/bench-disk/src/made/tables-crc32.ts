import { crc32 } from 'node:zlib';
import type { CompressedTables } from '@ds/bench-models';

/** CRC-32 of the values of all tables, in their order, as float32. Tells whether a model was made again as it was. */
export function tablesCrc32(tables: CompressedTables): number {
  let crc = 0;
  for (const name of tables.names) {
    for (const piece of tables.pieces(name)) crc = crcOfPiece(piece, crc);
  }
  return crc;
}

/** The CRC-32 after one more piece. */
export function crcOfPiece(piece: Float32Array, crc: number): number {
  return crc32(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), crc);
}

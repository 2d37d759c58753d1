import { crc32 } from 'node:zlib';
import type { CompressedTables } from '@ds/bench-models';

// zlib takes up to 4 GiB at once.
const largestUpdate = 1 << 30;

/** CRC-32 of the values of all tables, in their order, as float32. Tells whether a model was made again as it was. */
export function tablesCrc32(tables: CompressedTables): number {
  let crc = 0;
  for (const name of tables.names) {
    for (const piece of tables.pieces(name)) crc = crcOf(piece, crc);
  }
  return crc;
}

/** The CRC-32 after these values, if it was `crc` before them. */
export function crcOf({ buffer, byteOffset, byteLength }: Float32Array, crc: number): number {
  let next = crc;
  for (let done = 0; done < byteLength; done += largestUpdate) {
    const length = Math.min(largestUpdate, byteLength - done);
    next = crc32(new Uint8Array(buffer, byteOffset + done, length), next);
  }
  return next;
}

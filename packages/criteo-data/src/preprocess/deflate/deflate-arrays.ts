import { crc32 } from 'node:zlib';
import { allocate, bytesAt } from '../criteo-kernel.js';

/** One deflated part of an array: blocks that end on a byte boundary, none of them the final block of the stream. */
export interface DeflatedPart {
  /** Bytes when inflated. */
  size: number;
  /** CRC-32 of the inflated bytes. */
  crc: number;
  /** Bytes when deflated. */
  compressedSize: number;
}

/** Parts of several arrays. */
export interface DeflatedParts {
  parts: DeflatedPart[];
  /** Their deflated bytes, one after another. */
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Deflates arrays in the kernel's memory. `sizes`: their bytes; `deflate`: writes one of them, deflated, to `output`
 * and returns its length and the address of the array, which may be the same for all.
 */
export function deflateArrays(
  sizes: readonly number[],
  deflate: (array: number, output: number) => { address: number; compressedSize: number },
): DeflatedParts {
  const room = sizes.reduce((sum, size) => sum + Math.ceil(1.25 * size) + 400, 0);
  const start = allocate(room);
  let output = start;
  const parts = sizes.map((size, array): DeflatedPart => {
    // An empty block would have no codes.
    if (size === 0) return { size, crc: 0, compressedSize: 0 };
    const { address, compressedSize } = deflate(array, output);
    output += compressedSize;
    return { size, crc: crc32(bytesAt(address, size)), compressedSize };
  });
  return { parts, bytes: bytesAt(start, output - start).slice() };
}

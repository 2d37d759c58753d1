import { crc32 } from 'node:zlib';
import { allocate, bytesAt, type CriteoKernel } from './criteo-kernel.js';

/** One part of an array, deflated: blocks that end on a byte, of which none is the last of the stream. */
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
 * Deflates arrays in the kernel's memory. `counts`: the elements of each, of `width` bytes; `place`: gives the
 * address of one, when all before are done, so that they may take turns in one place.
 */
export function deflateArrays(
  kernel: CriteoKernel,
  { width, counts, place }: { width: 4 | 8; counts: readonly number[]; place: (array: number) => number },
): DeflatedParts {
  const deflate = width === 8 ? kernel.deflateFloats : kernel.deflateIntegers;
  const room = (elements: number) => Math.ceil(1.25 * width * elements) + 400;
  const tokens = allocate(2 * width * Math.max(...counts));
  const output = allocate(counts.reduce((sum, count) => sum + room(count), 0));
  let end = output;
  const parts = counts.map((count, array): DeflatedPart => {
    const address = place(array);
    const compressedSize = deflate(address, count, tokens, end);
    end += compressedSize;
    const size = width * count;
    return { size, crc: crc32(bytesAt(address, size)), compressedSize };
  });
  return { parts, bytes: bytesAt(output, end - output).slice() };
}

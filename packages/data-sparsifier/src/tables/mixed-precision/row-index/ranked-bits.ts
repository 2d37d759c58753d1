import { popcount } from '../../popcount.js';
import { placeBytes, type PlacedBytes } from '../placed-bytes.js';
import type { TableMemory } from '../../table-memory.js';

/** Bits per count: an overhead of 1/16 bit per bit. */
const bitsPerRank = 512;

/**
 * A bitmap, least significant bit of each byte first, with counts for quickly finding the number of ones before any bit: for
 * every 512 bits, the ones before their middle, from which at most 256 bits are counted forwards or backwards.
 */
export interface RankedBits {
  bits: PlacedBytes;
  /** uint32 each. */
  ranks: PlacedBytes;
}

/** Bytes of a bitmap of `length` bits and of its counts. */
export function rankedBitsBytes(length: number): number {
  return Math.ceil(length / 8) + rankBytes(length);
}

/** Adds counts to a bitmap of `length` bits. The bits are copied to `memory` if given, otherwise held by reference. */
export function rankBits(bits: Uint8Array, length: number, memory: TableMemory | undefined): RankedBits {
  const ranks = new Uint32Array(rankBytes(length) / 4);
  let ones = 0;
  for (let group = 0; group < ranks.length; group++) {
    const start = group * (bitsPerRank / 8);
    const middle = start + bitsPerRank / 16;
    ranks[group] = ones + onesIn(bits, start, middle);
    ones = ranks[group]! + onesIn(bits, middle, start + bitsPerRank / 8);
  }
  return { bits: placeBytes(bits, memory), ranks: placeBytes(new Uint8Array(ranks.buffer), memory) };
}

/** The number of ones before the bit at `position`, which may exceed 2^32. */
export function onesBefore({ bits: { bytes: bits }, ranks }: RankedBits, position: number): number {
  const group = Math.floor(position / bitsPerRank);
  const middle = group * (bitsPerRank / 8) + bitsPerRank / 16;
  const byte = Math.floor(position / 8);
  const inByte = popcount(bits[byte]! & ((1 << (position % 8)) - 1));
  const before = ranks.view.getUint32(4 * group, true);
  return byte >= middle
    ? before + onesIn(bits, middle, byte) + inByte
    : before - onesIn(bits, byte, middle) + inByte;
}

/** The number of ones in the bytes from `start` to `end`, or to the end of the bitmap. */
export function onesIn(bits: Uint8Array, start: number, end: number): number {
  const stop = Math.min(end, bits.length);
  let ones = 0;
  for (let byte = start; byte < stop; byte++) ones += popcount(bits[byte]!);
  return ones;
}

export function hasBit(bits: Uint8Array, position: number): boolean {
  return ((bits[Math.floor(position / 8)]! >>> (position % 8)) & 1) === 1;
}

export function setBit(bits: Uint8Array, position: number): void {
  bits[Math.floor(position / 8)]! |= 1 << (position % 8);
}

/**
 * Checks an untrusted bitmap.
 *
 * @throws RangeError naming `what` if it does not have the bytes for `length` bits, has another number of ones, or has ones
 *   after its end.
 */
export function checkBits(what: string, bits: Uint8Array, length: number, ones: number): void {
  const bytes = Math.ceil(length / 8);
  if (bits.length !== bytes) {
    throw new RangeError(`${what}: expected ${bytes} bytes for ${length} bits, found ${bits.length}`);
  }
  if (length % 8 > 0 && bits[bytes - 1]! >>> (length % 8) !== 0) {
    throw new RangeError(`${what}: has ones after its ${length} bits`);
  }
  const found = onesIn(bits, 0, bytes);
  if (found !== ones) throw new RangeError(`${what}: expected ${ones} ones, found ${found}`);
}

function rankBytes(length: number): number {
  return 4 * Math.ceil(length / bitsPerRank);
}

import { popcount } from '../popcount.js';
import { placeBytes, type PlacedBytes } from './placed-bytes.js';
import type { TableMemory } from '../table-memory.js';

/** Bits to a count: 1/16 of a bit for each bit. */
const bitsPerRank = 512;

/**
 * A bitmap, the least significant bit of each byte first, with counts that make the number of ones before any bit a few
 * steps: for each 512 bits, the ones before their middle, from where at most 256 bits are counted forwards or back.
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

/** Counts the ones of a bitmap of `length` bits, in `memory` where one is given; else the bits are held by reference. */
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

/** The ones before the bit at `position`, which may exceed 2^32. */
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

/** The ones in the bytes from `start` to `end`, or to the bitmap's own end. */
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
 * Checks a bitmap that comes from elsewhere.
 *
 * @throws RangeError naming `what` when it has not the bytes of `length` bits, another number of ones, or ones after its
 *   end.
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

import { popcount } from './popcount.js';

// Bitmaps with ranks: the number of ones before each group of bits, so that the number of ones before any bit takes one
// lookup and a count within a group (G. Jacobson, "Space-efficient static trees and graphs", 1989).

/** Rows in a group of a bitmap of rows. */
export const rowsPerGroup = 64;

/** Fills `ranks` with the number of ones before each group of `wordsPerGroup` 32-bit words. */
export function countOnesBefore(bits: Uint32Array, ranks: Uint32Array, wordsPerGroup: number): void {
  let ones = 0;
  for (let group = 0; group < ranks.length; group++) {
    ranks[group] = ones;
    for (let word = group * wordsPerGroup; word < (group + 1) * wordsPerGroup; word++)
      ones += popcount(bits[word]!);
  }
}

/** The number of ones before the bit at `position`, which may exceed 2^32. */
export function onesBefore(
  bits: Uint32Array,
  ranks: Uint32Array,
  wordsPerGroup: number,
  position: number,
): number {
  const lastWord = Math.floor(position / 32);
  const group = Math.floor(lastWord / wordsPerGroup);
  let ones = ranks[group]!;
  for (let word = group * wordsPerGroup; word < lastWord; word++) ones += popcount(bits[word]!);
  return ones + popcount(bits[lastWord]! & ((1 << (position % 32)) - 1));
}

export function hasBit(bits: Uint32Array, position: number): boolean {
  return ((bits[Math.floor(position / 32)]! >>> (position % 32)) & 1) === 1;
}

export function setBit(bits: Uint32Array, position: number): void {
  bits[Math.floor(position / 32)]! |= 1 << (position % 32);
}

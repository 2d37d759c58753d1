import type { TableMemory } from '../table-memory.js';
import {
  checkBits,
  hasBit,
  onesBefore,
  rankBits,
  rankedBitsBytes,
  setBit,
  type RankedBits,
} from './ranked-bits.js';
import type { StoredRowBits } from './row-bits.js';

// The class of a kept row is its bits. The classes stand in order of their rows, most first, and each but the last has a
// bitmap over the kept rows that are of no class before it: 0 for a row of this class, 1 for one of a later class. (A
// wavelet tree, R. Grossi, A. Gupta and J. S. Vitter 2003, of the shape that has the most frequent classes at its top.)
// A row's place among those of its class is its zeros before, and one of two classes takes 1 bit, one of three 1 to 1.67.

/** How many rows have so many bits; bits that are left out have none. */
export type RowsOfBits = Partial<Record<StoredRowBits, number>>;

/** The classes that a table has, most rows first; of equal ones the one of fewer bits. */
export function classOrder(rowsOfBits: RowsOfBits): { bits: StoredRowBits; rows: number }[] {
  return Object.entries(rowsOfBits)
    .map(([bits, rows]) => ({ bits: Number(bits) as StoredRowBits, rows }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows || a.bits - b.bits);
}

/** Bits of each class bitmap: the kept rows that are of no class before. */
export function classBitLengths(rowsOfClass: readonly number[]): number[] {
  let rest = rowsOfClass.reduce((sum, rows) => sum + rows, 0);
  return rowsOfClass.slice(0, -1).map((rows) => {
    const length = rest;
    rest -= rows;
    return length;
  });
}

/** Bytes of the class bitmaps and their counts. */
export function classBytes(rowsOfClass: readonly number[]): number {
  return classBitLengths(rowsOfClass).reduce((sum, length) => sum + rankedBitsBytes(length), 0);
}

/** The class bitmaps of the rows whose entry in `bits` is not 0. */
export function encodeClasses(
  bits: Uint8Array,
  classes: readonly { bits: StoredRowBits; rows: number }[],
): Uint8Array[] {
  const lengths = classBitLengths(classes.map(({ rows }) => rows));
  const bitmaps = lengths.map((length) => new Uint8Array(Math.ceil(length / 8)));
  const next = lengths.map(() => 0);
  const places = new Map<number, number>(classes.map((ofClass, place) => [ofClass.bits, place]));
  for (const found of bits) {
    if (found === 0) continue;
    const own = places.get(found)!;
    for (let place = 0; place < own; place++) setBit(bitmaps[place]!, next[place]!++);
    if (own < next.length) next[own]!++;
  }
  return bitmaps;
}

/** Counts the class bitmaps, in `memory` where one is given; else they are held by reference. */
export function openClasses(
  bitmaps: readonly Uint8Array[],
  rowsOfClass: readonly number[],
  memory: TableMemory | undefined,
): RankedBits[] {
  return classBitLengths(rowsOfClass).map((length, place) => rankBits(bitmaps[place]!, length, memory));
}

/** The class of a kept row, by its place among the classes, and the row's place among those of its class. */
export function findClass(
  bitmaps: readonly RankedBits[],
  stored: number,
): { place: number; inClass: number } {
  let rest = stored;
  let place = 0;
  for (const bitmap of bitmaps) {
    const later = onesBefore(bitmap, rest);
    if (!hasBit(bitmap.bits.bytes, rest)) return { place, inClass: rest - later };
    rest = later;
    place++;
  }
  return { place, inClass: rest };
}

/** The class of each kept row in order, by its place among the classes. */
export function* classesInOrder(bitmaps: readonly Uint8Array[], kept: number): Generator<number> {
  const next = bitmaps.map(() => 0);
  for (let row = 0; row < kept; row++) {
    let place = 0;
    while (place < bitmaps.length && hasBit(bitmaps[place]!, next[place]!++)) place++;
    yield place;
  }
}

/** @throws RangeError naming the class whose bitmap does not fit the counts of rows. */
export function checkClasses(bitmaps: readonly Uint8Array[], rowsOfClass: readonly number[]): void {
  const lengths = classBitLengths(rowsOfClass);
  if (bitmaps.length !== lengths.length) {
    throw new RangeError(
      `classes: expected ${lengths.length} bitmaps for ${rowsOfClass.length} classes, found ${bitmaps.length}`,
    );
  }
  lengths.forEach((length, place) => {
    checkBits(`classes${place}`, bitmaps[place]!, length, length - rowsOfClass[place]!);
  });
}

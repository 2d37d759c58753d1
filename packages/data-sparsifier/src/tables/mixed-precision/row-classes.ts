import type { TableMemory } from '../table-memory.js';
import {
  checkBits,
  hasBit,
  onesBefore,
  rankBits,
  rankedBitsBytes,
  setBit,
  type RankedBits,
} from './row-index/ranked-bits.js';
import type { RowKind } from './row-kinds.js';

// The class of a kept row is its kind: its number of bits, or how it is projected. Classes are ordered by their number of
// rows, largest first. Each class except the last has a bitmap over the kept rows that are in no earlier class: 0 for a row of
// this class, 1 for one of a later class. (This is a wavelet tree, R. Grossi, A. Gupta and J. S. Vitter 2003, with the most
// frequent classes at the top.) A row's position within its class is the number of zeros before it. Two classes take 1 bit per
// row, three 1 to 1.67.

/** The number of rows for each number of bits and each projected kind, 128 the first; a missing entry means none. */
export type RowsOfBits = Partial<Record<RowKind, number>>;

/** The classes of a table, most rows first, ties by fewer bits. */
export function classOrder(rowsOfBits: RowsOfBits): { bits: RowKind; rows: number }[] {
  return Object.entries(rowsOfBits)
    .map(([bits, rows]) => ({ bits: Number(bits) as RowKind, rows }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows || a.bits - b.bits);
}

/** The length of each class bitmap in bits: the number of kept rows in no earlier class. */
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
  classes: readonly { bits: RowKind; rows: number }[],
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

/** Adds counts to the class bitmaps, which are copied to `memory` if given, otherwise held by reference. */
export function openClasses(
  bitmaps: readonly Uint8Array[],
  rowsOfClass: readonly number[],
  memory: TableMemory | undefined,
): RankedBits[] {
  return classBitLengths(rowsOfClass).map((length, place) => rankBits(bitmaps[place]!, length, memory));
}

/** The class of a kept row, as an index of the classes, and the row's position within its class. */
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

/** The class of each kept row in order, as an index of the classes. */
export function* classesInOrder(bitmaps: readonly Uint8Array[], kept: number): Generator<number> {
  const next = bitmaps.map(() => 0);
  for (let row = 0; row < kept; row++) {
    let place = 0;
    while (place < bitmaps.length && hasBit(bitmaps[place]!, next[place]!++)) place++;
    yield place;
  }
}

/** @throws RangeError naming a class whose bitmap does not match the counts of rows. */
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

import type { TableMemory } from '../../table-memory.js';
import {
  checkEliasFano,
  eliasFanoBytes,
  eliasFanoRows,
  encodeEliasFano,
  findInEliasFano,
  indexEliasFano,
  mostLowBits,
  type EliasFano,
  type EliasFanoParts,
} from './elias-fano.js';
import {
  checkBits,
  hasBit,
  onesBefore,
  rankBits,
  rankedBitsBytes,
  setBit,
  type RankedBits,
} from './ranked-bits.js';

/** The kept rows of a table as stored in a file: all or none of them, a bit for each row, or Elias-Fano coding. */
export type RowIndexParts =
  | { kind: 'all' }
  | { kind: 'none' }
  | {
      kind: 'bitmap';
      /** A bit for each row, least significant first: whether it is kept. */
      bits: Uint8Array;
    }
  | ({ kind: 'elias-fano' } & EliasFanoParts);

/** The same with the counts for finding a row. */
export type RowIndex =
  | { kind: 'all' }
  | { kind: 'none' }
  | { kind: 'bitmap'; bitmap: RankedBits }
  | { kind: 'elias-fano'; eliasFano: EliasFano };

/** The smallest kind of index for these numbers of rows, and its bytes, including counts. */
export function smallestIndex(
  rows: number,
  kept: number,
): { bytes: number; kind: RowIndex['kind']; lowBits: number } {
  if (kept === 0) return { bytes: 0, kind: 'none', lowBits: 0 };
  if (kept === rows) return { bytes: 0, kind: 'all', lowBits: 0 };
  let smallest: ReturnType<typeof smallestIndex> = {
    bytes: rankedBitsBytes(rows),
    kind: 'bitmap',
    lowBits: 0,
  };
  for (let lowBits = 1; lowBits <= mostLowBits; lowBits++) {
    const bytes = eliasFanoBytes(rows, kept, lowBits);
    if (bytes < smallest.bytes) smallest = { bytes, kind: 'elias-fano', lowBits };
  }
  return smallest;
}

/** The smallest index of the rows whose entry in `bits` is not 0. */
export function encodeIndex(bits: Uint8Array, kept: number): RowIndexParts {
  const { kind, lowBits } = smallestIndex(bits.length, kept);
  if (kind === 'elias-fano') return { kind, ...encodeEliasFano(bits, kept, lowBits) };
  if (kind !== 'bitmap') return { kind };
  const bitmap = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((found, row) => {
    if (found !== 0) setBit(bitmap, row);
  });
  return { kind, bits: bitmap };
}

/** Adds the counts. The parts are copied to `memory` if given, otherwise held by reference. */
export function openIndex(
  parts: RowIndexParts,
  sizes: { rows: number; kept: number },
  memory: TableMemory | undefined,
): { index: RowIndex; bytes: number } {
  const { rows, kept } = sizes;
  if (parts.kind === 'bitmap') {
    const { kind, bits } = parts;
    return { index: { kind, bitmap: rankBits(bits, rows, memory) }, bytes: rankedBitsBytes(rows) };
  }
  if (parts.kind === 'elias-fano') {
    const eliasFano = indexEliasFano(parts, sizes, memory);
    return { index: { kind: parts.kind, eliasFano }, bytes: eliasFanoBytes(rows, kept, parts.lowBits) };
  }
  return { index: parts, bytes: 0 };
}

/** The parts of an index: views, not copies. */
export function indexParts(index: RowIndex): RowIndexParts {
  if (index.kind === 'bitmap') return { kind: index.kind, bits: index.bitmap.bits.bytes };
  if (index.kind === 'elias-fano') {
    const { lowBits, high, low } = index.eliasFano;
    return { kind: index.kind, lowBits, high: high.bytes, low: low.bytes };
  }
  return index;
}

/** The position of a row among the kept ones, or -1 if it is not kept. */
export function findRow(index: RowIndex, row: number): number {
  switch (index.kind) {
    case 'all':
      return row;
    case 'none':
      return -1;
    case 'bitmap':
      return hasBit(index.bitmap.bits.bytes, row) ? onesBefore(index.bitmap, row) : -1;
    case 'elias-fano':
      return findInEliasFano(index.eliasFano, row);
  }
}

/** The kept rows in order. */
export function* keptRows(parts: RowIndexParts, { rows, kept }: { rows: number; kept: number }) {
  if (parts.kind === 'elias-fano') {
    yield* eliasFanoRows(parts, kept);
    return;
  }
  if (parts.kind === 'none') return;
  for (let row = 0; row < rows; row++) if (parts.kind === 'all' || hasBit(parts.bits, row)) yield row;
}

/** @throws RangeError naming a part that does not match the counts of rows. */
export function checkIndex(parts: RowIndexParts, rows: number, kept: number): void {
  if (parts.kind === 'bitmap') checkBits('bits', parts.bits, rows, kept);
  else if (parts.kind === 'elias-fano') checkEliasFano(parts, rows, kept);
  else {
    const expected = parts.kind === 'all' ? rows : 0;
    if (kept !== expected) {
      throw new RangeError(
        `index: expected ${expected} stored rows where ${parts.kind} are kept, found ${kept}`,
      );
    }
  }
}

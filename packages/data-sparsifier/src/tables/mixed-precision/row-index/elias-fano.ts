import type { TableMemory } from '../../table-memory.js';
import { placeBytes, type PlacedBytes } from '../placed-bytes.js';
import { checkBits, hasBit, setBit } from './ranked-bits.js';

// Elias-Fano coding of increasing numbers (P. Elias, "Efficient storage and retrieval by content and address of
// static files", 1974; R. Fano, "On the number of bits required to implement an associative memory", 1971), here of
// the kept rows. A row's low bits are stored in an array. Rows with the same high bits form a bucket; for each bucket there
// is a one for each kept row in it, then a zero. This takes about 2 + log2(rows / kept) bits per kept row. Buckets are found
// by sampled select: a 16-bit count of the kept rows before every 32 buckets, plus, in a table that keeps 65,536 rows or
// more, a 32-bit count before every 65,536 rows.

/** Buckets per 16-bit count. */
export const bucketsPerGroup = 32;
/** Rows per 32-bit count, and the number of kept rows from which on there are such counts. No group of buckets spans two blocks. */
export const rowsPerBlock = 65536;
/** The maximum number of low bits; a group of buckets is then half a block. */
export const mostLowBits = 10;

/** The kept rows as stored in a file. */
export interface EliasFanoParts {
  /** Low bits of a row, 1 to 10. */
  lowBits: number;
  /** For each bucket of 2^lowBits rows, a one for each kept row, then a zero; least significant bit first. */
  high: Uint8Array;
  /** The low bits of each kept row, least significant bit first. */
  low: Uint8Array;
}

/** Kept rows in Elias-Fano coding, with the counts for finding buckets. */
export interface EliasFano {
  rows: number;
  lowBits: number;
  high: PlacedBytes;
  low: PlacedBytes;
  /** uint16 for each group of buckets: the kept rows before it, counted from the start of its block if there are blocks. */
  groupRanks: PlacedBytes;
  /** uint32 for each block of rows: the kept rows before it. Empty if all counts fit in 16 bits. */
  blockRanks: PlacedBytes;
}

/** Bytes of the coding with this number of low bits. */
export function eliasFanoBytes(rows: number, kept: number, lowBits: number): number {
  const { high, low, groups, blocks } = sizesOf(rows, kept, lowBits);
  return high + low + 2 * groups + 4 * blocks;
}

/** Encodes the rows whose entry in `bits` is not 0. */
export function encodeEliasFano(bits: Uint8Array, kept: number, lowBits: number): EliasFanoParts {
  const sizes = sizesOf(bits.length, kept, lowBits);
  const high = new Uint8Array(sizes.high);
  const low = new Uint8Array(sizes.low);
  let rank = 0;
  for (let row = 0; row < bits.length; row++) {
    if (bits[row] === 0) continue;
    setBit(high, Math.floor(row / 2 ** lowBits) + rank);
    for (let bit = 0; bit < lowBits; bit++) if ((row >>> bit) & 1) setBit(low, rank * lowBits + bit);
    rank++;
  }
  return { lowBits, high, low };
}

/** Adds the counts. The parts are copied to `memory` if given, otherwise held by reference. */
export function indexEliasFano(
  { lowBits, high, low }: EliasFanoParts,
  { rows, kept }: { rows: number; kept: number },
  memory: TableMemory | undefined,
): EliasFano {
  const { groups, blocks } = sizesOf(rows, kept, lowBits);
  const groupRanks = new DataView(new ArrayBuffer(2 * groups));
  const blockRanks = new DataView(new ArrayBuffer(4 * blocks));
  const groupsPerBlock = rowsPerBlock / 2 ** lowBits / bucketsPerGroup;
  let position = 0;
  let rank = 0;
  let blockRank = 0;
  for (let group = 0; group < groups; group++) {
    if (blocks > 0 && group % groupsPerBlock === 0) {
      blockRank = rank;
      blockRanks.setUint32(4 * (group / groupsPerBlock), rank, true);
    }
    groupRanks.setUint16(2 * group, rank - blockRank, true);
    for (let zeros = 0; zeros < bucketsPerGroup && position < 8 * high.length; position++) {
      if (hasBit(high, position)) rank++;
      else zeros++;
    }
  }
  return {
    rows,
    lowBits,
    high: placeBytes(high, memory),
    low: placeBytes(low, memory),
    groupRanks: placeBytes(new Uint8Array(groupRanks.buffer), memory),
    blockRanks: placeBytes(new Uint8Array(blockRanks.buffer), memory),
  };
}

/** The position of a row among the kept ones, or -1 if it is not kept. */
export function findInEliasFano(
  { lowBits, high, low, groupRanks, blockRanks }: EliasFano,
  row: number,
): number {
  const bucket = Math.floor(row / 2 ** lowBits);
  const group = Math.floor(bucket / bucketsPerGroup);
  let rank = groupRanks.view.getUint16(2 * group, true);
  if (blockRanks.length > 0) rank += blockRanks.view.getUint32(4 * Math.floor(row / rowsPerBlock), true);
  const bits = high.bytes;
  let position = group * bucketsPerGroup + rank;
  for (let zeros = bucket % bucketsPerGroup; zeros > 0; position++) {
    if (hasBit(bits, position)) rank++;
    else zeros--;
  }
  const wanted = row % 2 ** lowBits;
  for (; hasBit(bits, position); position++, rank++) {
    if (lowBitsAt(low.bytes, rank, lowBits) === wanted) return rank;
  }
  return -1;
}

/** The kept rows in order. */
export function* eliasFanoRows({ lowBits, high, low }: EliasFanoParts, kept: number): Generator<number> {
  for (let position = 0, bucket = 0, rank = 0; rank < kept; position++) {
    if (hasBit(high, position)) yield bucket * 2 ** lowBits + lowBitsAt(low, rank++, lowBits);
    else bucket++;
  }
}

/** @throws RangeError naming a part that does not match the counts, or whose rows do not increase or are out of range. */
export function checkEliasFano(parts: EliasFanoParts, rows: number, kept: number): void {
  const { lowBits, high, low } = parts;
  if (!Number.isInteger(lowBits) || lowBits < 1 || lowBits > mostLowBits) {
    throw new RangeError(`low: expected 1 to ${mostLowBits} low bits, found ${lowBits}`);
  }
  const sizes = sizesOf(rows, kept, lowBits);
  checkBits('high', high, sizes.buckets + kept, kept);
  if (low.length !== sizes.low) {
    throw new RangeError(
      `low: expected ${sizes.low} bytes for ${kept} rows of ${lowBits} bits, found ${low.length}`,
    );
  }
  if ((kept * lowBits) % 8 > 0 && low.at(-1)! >>> ((kept * lowBits) % 8) !== 0) {
    throw new RangeError(`low: has ones after its ${kept * lowBits} bits`);
  }
  let last = -1;
  for (const row of eliasFanoRows(parts, kept)) {
    if (row <= last || row >= rows) {
      throw new RangeError(`low: expected rows that increase, below ${rows}, found ${row} after ${last}`);
    }
    last = row;
  }
}

function lowBitsAt(low: Uint8Array, rank: number, lowBits: number): number {
  let value = 0;
  for (let bit = 0; bit < lowBits; bit++) {
    if (hasBit(low, rank * lowBits + bit)) value |= 1 << bit;
  }
  return value;
}

function sizesOf(rows: number, kept: number, lowBits: number) {
  const buckets = Math.ceil(rows / 2 ** lowBits);
  return {
    buckets,
    high: Math.ceil((buckets + kept) / 8),
    low: Math.ceil((kept * lowBits) / 8),
    groups: Math.ceil(buckets / bucketsPerGroup),
    blocks: kept < rowsPerBlock ? 0 : Math.ceil(rows / rowsPerBlock),
  };
}

// The gather of SparseTable (../src/tables/sparse-table.ts, where the layout is described) as WebAssembly with
// SIMD. Written in AssemblyScript; `npm run build:kernel` compiles it into ../src/kernel-module.ts.

import { findStoredRows, groupSize, largeTableRows, notStored, touch } from './stored-rows';
import { zeroRow } from './zero-row';

// A table's header in memory, in the order of `sparseHeaderFields` in ../src/tables/row-kernels.ts.
@unmanaged
class SparseRows {
  rows!: u32;
  dim!: u32;
  blockWidth!: u32;
  blocksPerRow!: u32;
  rowBits!: u32;
  rowRanks!: u32;
  blockBits!: u32;
  blockRanks!: u32;
  values!: u32;
}

// For each set of kept values among four, the byte shuffle that puts the next values of a row on their places.
// A byte of 128 or more selects zero.
const shuffles = memory.data(256);

export function prepare(): void {
  for (let kept: u32 = 0; kept < 16; kept++) {
    let next: u32 = 0;
    for (let lane: u32 = 0; lane < 4; lane++) {
      const isKept = (kept >> lane) & 1;
      for (let byte: u32 = 0; byte < 4; byte++) {
        store<u8>(shuffles + kept * 16 + lane * 4 + byte, <u8>(isKept ? next * 4 + byte : 128));
      }
      next += isKept;
    }
  }
}

/**
 * Gathers `count` rows by id, each to `out` + its place x `stride` (bytes). Returns `count`, or the place of the
 * first id that is no row of the table.
 */
export function gatherSparseRows(header: usize, ids: usize, count: u32, out: usize, stride: usize): u32 {
  const table = changetype<SparseRows>(header);
  const isLarge = table.rows >= largeTableRows;
  for (let start: u32 = 0; start < count; start += groupSize) {
    const inGroup = min(groupSize, count - start);
    const found = findStoredRows(table.rows, table.rowBits, table.rowRanks, ids, inGroup, out, stride);
    if (found < inGroup) return start + found;
    if (isLarge) touchValues(table, inGroup, out, stride);
    expandRows(table, inGroup, out, stride);
    ids += groupSize << 2;
    out += groupSize * stride;
  }
  return count;
}

/** Loads the first value of each stored row, so that the processor fetches them all at once. */
function touchValues(table: SparseRows, count: u32, out: usize, stride: usize): void {
  for (let place: u32 = 0; place < count; place++, out += stride) {
    const stored = load<u32>(out);
    if (stored != notStored) touch(valuesOf(table, stored));
  }
}

function expandRows(table: SparseRows, count: u32, out: usize, stride: usize): void {
  const rowBytes: usize = table.dim << 2;
  const inFours = (table.dim & 3) == 0;
  for (let place: u32 = 0; place < count; place++, out += stride) {
    const stored = load<u32>(out);
    if (stored == notStored) {
      zeroRow(out, rowBytes);
      continue;
    }
    const position = <u64>stored * table.blocksPerRow;
    const values = valuesOf(table, stored);
    if (table.blockWidth == 1 && inFours) expandElements(table, position, values, out);
    else if (table.blockWidth == 4 && inFours) expandFours(table, position, values, out);
    else expandBlocks(table, position, values, out);
  }
}

/** Where the kept values of a stored row begin. */
function valuesOf(table: SparseRows, stored: u32): usize {
  const kept = <usize>blocksBefore(table, <u64>stored * table.blocksPerRow);
  return table.values + (kept << 2) * table.blockWidth;
}

/** The number of kept blocks before the block at `position`. */
function blocksBefore(table: SparseRows, position: u64): u32 {
  const group = <usize>(position >> 7);
  const bits = table.blockBits + (group << 4);
  // Without a branch: where a row starts within its group cannot be predicted.
  const below = ((<u64>1) << (position & 63)) - 1;
  const inSecondWord = (position & 64) != 0;
  return (
    load<u32>(table.blockRanks + (group << 2)) +
    <u32>popcnt(load<u64>(bits) & select<u64>(-1, below, inSecondWord)) +
    <u32>popcnt(load<u64>(bits, 8) & select<u64>(below, 0, inSecondWord))
  );
}

// An unaligned load gives at least 57 bits from any position: 14 groups of four.
const bitsPerLoad: u32 = 56;

function bitsFrom(table: SparseRows, position: u64): u64 {
  return load<u64>(table.blockBits + <usize>(position >> 3)) >> (position & 7);
}

function expandElements(table: SparseRows, position: u64, values: usize, out: usize): void {
  const end = out + ((<usize>table.dim) << 2);
  while (out < end) {
    let bits = bitsFrom(table, position);
    const stop = min(end, out + ((<usize>bitsPerLoad) << 2));
    for (; out + 64 <= stop; out += 64, bits >>= 16) {
      // Each place from the bits alone, so that no four wait for the four before.
      spread(out, values, bits);
      spread(out + 16, values + ((<usize>popcnt(bits & 0xf)) << 2), bits >> 4);
      spread(out + 32, values + ((<usize>popcnt(bits & 0xff)) << 2), bits >> 8);
      spread(out + 48, values + ((<usize>popcnt(bits & 0xfff)) << 2), bits >> 12);
      values += (<usize>popcnt(bits & 0xffff)) << 2;
    }
    for (; out < stop; out += 16, bits >>= 4) {
      spread(out, values, bits);
      values += (<usize>popcnt(bits & 0xf)) << 2;
    }
    position += bitsPerLoad;
  }
}

/** Writes four values: the kept ones among them, one bit each, are the next of `values`. */
function spread(out: usize, values: usize, bits: u64): void {
  const shuffle = v128.load(shuffles + ((<usize>(bits & 0xf)) << 4));
  v128.store(out, i8x16.swizzle(v128.load(values), shuffle));
}

function expandFours(table: SparseRows, position: u64, values: usize, out: usize): void {
  const end = out + ((<usize>table.dim) << 2);
  while (out < end) {
    let bits = bitsFrom(table, position);
    const stop = min(end, out + ((<usize>bitsPerLoad) << 4));
    for (; out < stop; out += 16, bits >>= 1) {
      if (bits & 1) {
        v128.store(out, v128.load(values));
        values += 16;
      } else {
        v128.store(out, i32x4.splat(0));
      }
    }
    position += bitsPerLoad;
  }
}

function expandBlocks(table: SparseRows, position: u64, values: usize, out: usize): void {
  const end = out + ((<usize>table.dim) << 2);
  const blockBytes = (<usize>table.blockWidth) << 2;
  for (; out < end; out += blockBytes, position++) {
    const inside = min(blockBytes, end - out);
    if (bitsFrom(table, position) & 1) {
      memory.copy(out, values, inside);
      values += blockBytes;
    } else {
      memory.fill(out, 0, inside);
    }
  }
}

// The gather of SparseTable (../src/tables/sparse-table.ts, where the layout is described) as WebAssembly with
// SIMD. Written in AssemblyScript; `npm run build:kernel` compiles it into ../src/tables/kernel-module.ts.

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
  const rowBytes: usize = table.dim << 2;
  const inFours = (table.dim & 3) == 0;
  for (let place: u32 = 0; place < count; place++, out += stride) {
    const id = load<u32>(ids + ((<usize>place) << 2));
    if (id >= table.rows) return place;
    const group = <usize>(id >>> 6);
    const rowWord = load<u64>(table.rowBits + (group << 3));
    const rowBit = (<u64>1) << (id & 63);
    if ((rowWord & rowBit) == 0) {
      zeroRow(out, rowBytes);
      continue;
    }
    const stored = load<u32>(table.rowRanks + (group << 2)) + <u32>popcnt(rowWord & (rowBit - 1));
    const position = <u64>stored * table.blocksPerRow;
    const values = table.values + ((<usize>blocksBefore(table, position)) << 2) * table.blockWidth;
    if (table.blockWidth == 1 && inFours) expandElements(table, position, values, out);
    else if (table.blockWidth == 4 && inFours) expandFours(table, position, values, out);
    else expandBlocks(table, position, values, out);
  }
  return count;
}

/** The number of kept blocks before the block at `position`. */
function blocksBefore(table: SparseRows, position: u64): u32 {
  const group = <usize>(position >> 7);
  const bits = table.blockBits + (group << 4);
  const within = position & 127;
  let kept = load<u32>(table.blockRanks + (group << 2));
  if (within >= 64) {
    kept +=
      <u32>popcnt(load<u64>(bits)) + <u32>popcnt(load<u64>(bits, 8) & (((<u64>1) << (within - 64)) - 1));
  } else {
    kept += <u32>popcnt(load<u64>(bits) & (((<u64>1) << within) - 1));
  }
  return kept;
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
    for (; out < stop; out += 16, bits >>= 4) {
      const kept = <usize>(bits & 15);
      v128.store(out, i8x16.swizzle(v128.load(values), v128.load(shuffles + (kept << 4))));
      values += (<usize>popcnt(kept)) << 2;
    }
    position += bitsPerLoad;
  }
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

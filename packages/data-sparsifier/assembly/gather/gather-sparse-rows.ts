// The gather of SparseTable (layout described in src/tables/sparse/sparse-table.ts) as WebAssembly with SIMD. Written in
// AssemblyScript; `npm run build:kernel` compiles it into src/kernel-module.ts.

import {
  findStoredRows,
  groupSize,
  largeTableRows,
  noRow,
  placeOfNoRow,
  placesOfStored,
  storedRows,
  touch,
} from './stored-rows';

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

// For each set of kept values among four, the byte shuffle that moves the next values of a row to their positions. A byte
// of 128 or more selects zero.
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

// For each stored row of a group: the address of its kept values, and the bits of its first blocks.
const valuesOfStored = memory.data(4 * 32);
const bitsOfStored = memory.data(8 * 32);

/**
 * Gathers `count` rows by id; the i-th goes to `out` + i x `stride` (bytes). Returns `count`, or the position of the first
 * id that is not a row of the table.
 */
export function gatherSparseRows(header: usize, ids: usize, count: u32, out: usize, stride: usize): u32 {
  const table = changetype<SparseRows>(header);
  const dim = table.dim;
  const rowBytes: usize = dim << 2;
  const inFours = (dim & 3) == 0;
  for (let start: u32 = 0; start < count; start += groupSize) {
    const inGroup = min(groupSize, count - start);
    const stored = findStoredRows(
      table.rows,
      table.rowBits,
      table.rowRanks,
      rowBytes,
      ids,
      inGroup,
      out,
      stride,
    );
    if (stored == noRow) return start + placeOfNoRow;
    const areAllKept = findValues(table, stored);
    if (!inFours) expandBlocks(table, rowBytes, stored);
    else if (areAllKept) copyRows(rowBytes, stored);
    else if (table.blockWidth == 1) expandElements(table, rowBytes, stored);
    else if (table.blockWidth == 4) expandFours(table, rowBytes, stored);
    else expandBlocks(table, rowBytes, stored);
    ids += groupSize << 2;
    out += groupSize * stride;
  }
  return count;
}

/**
 * Finds the address of the values of each stored row and prefetches them, all at once. Returns whether all blocks of these
 * rows are known to be kept.
 */
function findValues(table: SparseRows, count: u32): bool {
  const blockBits = table.blockBits;
  const blockRanks = table.blockRanks;
  const blocksPerRow = table.blocksPerRow;
  const values = table.values;
  const blockBytes = table.blockWidth << 2;
  const isLarge = table.rows >= largeTableRows;
  let kept: u64 = -1;
  for (let row: usize = 0; row < <usize>count; row++) {
    const position = <u64>load<u32>(storedRows + (row << 2)) * blocksPerRow;
    const at = values + blocksBefore(blockBits, blockRanks, position) * blockBytes;
    store<u32>(valuesOfStored + (row << 2), at);
    const bits = bitsFrom(blockBits, position);
    store<u64>(bitsOfStored + (row << 3), bits);
    kept &= bits;
    if (isLarge) touch(at);
  }
  return blocksPerRow <= bitsAtOnce && (~kept & (((<u64>1) << blocksPerRow) - 1)) == 0;
}

/** Rows of blocks of one value; `rowBytes` is a multiple of 16. */
function expandElements(table: SparseRows, rowBytes: usize, count: u32): void {
  const blockBits = table.blockBits;
  const blocksPerRow = table.blocksPerRow;
  for (let row: usize = 0; row < <usize>count; row++) {
    let position = <u64>load<u32>(storedRows + (row << 2)) * blocksPerRow;
    let values: usize = load<u32>(valuesOfStored + (row << 2));
    let out: usize = load<u32>(placesOfStored + (row << 2));
    const end = out + rowBytes;
    let bits = load<u64>(bitsOfStored + (row << 3));
    while (out + 64 <= end) {
      // Each position depends only on the bits, so that no group of four waits for the previous one.
      spread(out, values, bits);
      spread(out + 16, values + ((<usize>popcnt(bits & 0xf)) << 2), bits >> 4);
      spread(out + 32, values + ((<usize>popcnt(bits & 0xff)) << 2), bits >> 8);
      spread(out + 48, values + ((<usize>popcnt(bits & 0xfff)) << 2), bits >> 12);
      values += (<usize>popcnt(bits & 0xffff)) << 2;
      out += 64;
      position += 16;
      if (out < end) bits = bitsFrom(blockBits, position);
    }
    for (; out < end; out += 16, bits >>= 4) {
      spread(out, values, bits);
      values += (<usize>popcnt(bits & 0xf)) << 2;
    }
  }
}

/** Rows of blocks of four values; `rowBytes` is a multiple of 16. */
function expandFours(table: SparseRows, rowBytes: usize, count: u32): void {
  const blockBits = table.blockBits;
  const blocksPerRow = table.blocksPerRow;
  for (let row: usize = 0; row < <usize>count; row++) {
    let position = <u64>load<u32>(storedRows + (row << 2)) * blocksPerRow;
    let values: usize = load<u32>(valuesOfStored + (row << 2));
    let out: usize = load<u32>(placesOfStored + (row << 2));
    const end = out + rowBytes;
    let bits = load<u64>(bitsOfStored + (row << 3));
    while (true) {
      const stop = min(end, out + (32 << 4));
      for (; out < stop; out += 16, bits >>= 1) {
        // Branchless, because which blocks are kept is unpredictable.
        const kept = <i32>(bits & 1);
        v128.store(out, v128.and(v128.load(values), i32x4.splat(-kept)));
        values += (<usize>kept) << 4;
      }
      if (out == end) break;
      position += 32;
      bits = bitsFrom(blockBits, position);
    }
  }
}

/** Rows without a pruned block; `rowBytes` is a multiple of 16. */
function copyRows(rowBytes: usize, count: u32): void {
  for (let row: usize = 0; row < <usize>count; row++) {
    let values: usize = load<u32>(valuesOfStored + (row << 2));
    let out: usize = load<u32>(placesOfStored + (row << 2));
    const end = out + rowBytes;
    for (; out < end; out += 16, values += 16) v128.store(out, v128.load(values));
  }
}

/** Rows of any width, block by block. */
function expandBlocks(table: SparseRows, rowBytes: usize, count: u32): void {
  const blockBytes: usize = table.blockWidth << 2;
  for (let row: usize = 0; row < <usize>count; row++) {
    let position = <u64>load<u32>(storedRows + (row << 2)) * table.blocksPerRow;
    let values: usize = load<u32>(valuesOfStored + (row << 2));
    let out: usize = load<u32>(placesOfStored + (row << 2));
    const end = out + rowBytes;
    for (; out < end; out += blockBytes, position++) {
      const inside = min(blockBytes, end - out);
      if (bitsFrom(table.blockBits, position) & 1) {
        memory.copy(out, values, inside);
        values += blockBytes;
      } else {
        memory.fill(out, 0, inside);
      }
    }
  }
}

/** The number of kept blocks before the block at `position`. */
function blocksBefore(blockBits: usize, blockRanks: usize, position: u64): u32 {
  const group = <usize>(position >> 7);
  const bits = blockBits + (group << 4);
  // Branchless, because where a row starts within its group is unpredictable.
  const below = ((<u64>1) << (position & 63)) - 1;
  const inSecondWord = (position & 64) != 0;
  return (
    load<u32>(blockRanks + (group << 2)) +
    <u32>popcnt(load<u64>(bits) & select<u64>(-1, below, inSecondWord)) +
    <u32>popcnt(load<u64>(bits, 8) & select<u64>(below, 0, inSecondWord))
  );
}

// An unaligned load returns at least this many bits, from any block on.
const bitsAtOnce: u32 = 57;

function bitsFrom(blockBits: usize, position: u64): u64 {
  return load<u64>(blockBits + <usize>(position >> 3)) >> (position & 7);
}

/** Writes four values: those whose bit is set are the next of `values`, the others zero. */
function spread(out: usize, values: usize, bits: u64): void {
  const shuffle = v128.load(shuffles + ((<usize>(bits & 0xf)) << 4));
  v128.store(out, i8x16.swizzle(v128.load(values), shuffle));
}

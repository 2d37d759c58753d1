import { zeroRow } from './zero-row';

/** Rows looked up at a time. */
export const groupSize: u32 = 32;

/** From this size on, a table is assumed not to be in the CPU's caches, and its rows are prefetched. */
export const largeTableRows: u32 = 8192;

/** The stored rows of a group, 32 bits each: the index in storage order, and the destination. */
export const storedRows = memory.data(4 * 32);
export const placesOfStored = memory.data(4 * 32);

/** Returned by `refuse` and `findStoredRows` if an id is not a row. */
export const noRow: u32 = 0xffffffff;

// The position of that id in its group.
export let placeOfNoRow: u32 = 0;

/** Reports that the id at `place` of the group is not a row. */
export function refuse(place: u32): u32 {
  placeOfNoRow = place;
  return noRow;
}

/**
 * Finds the stored rows of up to `groupSize` ids, and writes zeros for rows that are entirely zero. A gather does each
 * step for a whole group of rows before the next step, so that many loads are in flight at once: a load from a large
 * table has a high latency.
 *
 * @param rowBits a bit for each row, set if it is stored
 * @param rowRanks the number of stored rows before every 64 rows
 * @returns the number of stored rows, or `noRow`
 */
export function findStoredRows(
  rows: u32,
  rowBits: usize,
  rowRanks: usize,
  rowBytes: usize,
  ids: usize,
  count: u32,
  out: usize,
  stride: usize,
): u32 {
  let found: usize = 0;
  for (let place: u32 = 0; place < count; place++, out += stride) {
    const id = load<u32>(ids + ((<usize>place) << 2));
    if (id >= rows) return refuse(place);
    const group = <usize>(id >>> 6);
    const word = load<u64>(rowBits + (group << 3));
    const bit = (<u64>1) << (id & 63);
    store<u32>(storedRows + (found << 2), load<u32>(rowRanks + (group << 2)) + <u32>popcnt(word & (bit - 1)));
    store<u32>(placesOfStored + (found << 2), out);
    // Branchless, because which rows are stored is unpredictable.
    found += <usize>((word & bit) != 0);
    if (~word) zeroRow(out, rowBytes);
  }
  return <u32>found;
}

// Holds the touched value, because the compiler would drop a load whose value is unused.
let touched: u32 = 0;

/** Makes the CPU fetch the memory at an address. */
export function touch(at: usize): void {
  touched = load<u32>(at);
}

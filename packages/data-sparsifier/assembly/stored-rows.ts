import { zeroRow } from './zero-row';

/** Rows looked up at a time. */
export const groupSize: u32 = 32;

/** From here on a table is not expected in the processor's caches, and its rows are fetched ahead. */
export const largeTableRows: u32 = 8192;

/** The rows of a group that are stored, 32 bits each: which one in the order of storage, and where it goes. */
export const storedRows = memory.data(4 * 32);
export const placesOfStored = memory.data(4 * 32);

/** What `refuse` and `findStoredRows` return when an id is no row. */
export const noRow: u32 = 0xffffffff;

// The place of that id in its group.
export let placeOfNoRow: u32 = 0;

/** The id at `place` of the group is no row. */
export function refuse(place: u32): u32 {
  placeOfNoRow = place;
  return noRow;
}

/**
 * Looks up which stored row each of up to `groupSize` ids is, and writes zeros for those that are zero throughout.
 * Each step of a gather is done for a group of rows before the next step, because the memory of a large table answers
 * late: many rows' loads are then under way at once.
 *
 * @param rowBits a bit for each row, set if it is stored
 * @param rowRanks the number of stored rows before each 64
 * @returns how many are stored, or `noRow`
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
    // Without a branch on the row, as which ones are stored cannot be foretold.
    found += <usize>((word & bit) != 0);
    if (~word) zeroRow(out, rowBytes);
  }
  return <u32>found;
}

// What was touched: a load whose value goes nowhere would be left out.
let touched: u32 = 0;

/** Has the processor fetch what lies at an address. */
export function touch(at: usize): void {
  touched = load<u32>(at);
}

/** Rows looked up at a time. */
export const groupSize: u32 = 32;

/** From here on a table is not expected in the processor's caches, and its rows are fetched ahead. */
export const largeTableRows: u32 = 8192;

/** What `findStoredRows` writes for a row that is zero throughout. */
export const notStored: u32 = 0xffffffff;

/**
 * Looks up which stored row each of up to `groupSize` ids is, and writes it to the start of the id's place in the
 * output, until the row itself is written there. Each step of a gather is done for a group of rows before the
 * next step, because the memory of a large table answers late: many rows' loads are then under way at once.
 *
 * @param rowBits a bit for each row, set if it is stored
 * @param rowRanks the number of stored rows before each 64
 * @returns `count`, or the place of the first id that is no row
 */
export function findStoredRows(
  rows: u32,
  rowBits: usize,
  rowRanks: usize,
  ids: usize,
  count: u32,
  out: usize,
  stride: usize,
): u32 {
  for (let place: u32 = 0; place < count; place++, out += stride) {
    const id = load<u32>(ids + ((<usize>place) << 2));
    if (id >= rows) return place;
    const group = <usize>(id >>> 6);
    const word = load<u64>(rowBits + (group << 3));
    const bit = (<u64>1) << (id & 63);
    const before = load<u32>(rowRanks + (group << 2)) + <u32>popcnt(word & (bit - 1));
    store<u32>(out, select(before, notStored, (word & bit) != 0));
  }
  return count;
}

// What was touched: a load whose value goes nowhere would be left out.
let touched: u32 = 0;

/** Has the processor fetch what lies at an address. */
export function touch(at: usize): void {
  touched = load<u32>(at);
}

// Kept rows in Elias-Fano coding (../src/tables/mixed-precision/row-index/elias-fano.ts).

/** What `findInEliasFano` returns for a row that is not kept. */
export const notKept: u32 = 0xffffffff;

// For each byte, 8 bytes: the bit positions of its first to eighth one.
const onesOfByte = memory.data(2048);

export function prepareEliasFano(): void {
  prepareSelect();
  prepareFields();
}

function prepareSelect(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let nth: u32 = 0;
    for (let bit: u32 = 0; bit < 8; bit++) {
      if ((byte >> bit) & 1) store<u8>(onesOfByte + (byte << 3) + nth++, <u8>bit);
    }
  }
}

/** The bit position of the `nth` one of a word, from 0, which must exist. (S. Vigna, "Broadword implementation of rank/select", 2008.) */
function nthOne(word: u64, nth: u32): u32 {
  let sums = word - ((word >> 1) & 0x5555555555555555);
  sums = (sums & 0x3333333333333333) + ((sums >> 2) & 0x3333333333333333);
  sums = ((sums + (sums >> 4)) & 0x0f0f0f0f0f0f0f0f) * 0x0101010101010101;
  // Marks the bytes whose cumulative count of ones is at most nth: the wanted byte follows them.
  const atMost = (((<u64>nth * 0x0101010101010101) | 0x8080808080808080) - sums) & 0x8080808080808080;
  const place = (<u64>popcnt(atMost)) << 3;
  const inByte = nth - <u32>(((sums << 8) >> place) & 0xff);
  const byte = <usize>((word >> place) & 0xff);
  return <u32>place + <u32>load<u8>(onesOfByte + (byte << 3) + inByte);
}

/** The parts of an index that the search needs. */
@unmanaged
export class EliasFanoRows {
  high!: u32;
  low!: u32;
  groupRanks!: u32;
  /** 0 where the 16-bit counts are enough. */
  blockRanks!: u32;
  lowBits!: u32;
}

/** The position of a row among the kept ones, or `notKept`. */
export function findInEliasFano(index: EliasFanoRows, row: u32): u32 {
  const lowBits = index.lowBits;
  const bucket = row >>> lowBits;
  const group = bucket >>> 5;
  let before = <u32>load<u16>(index.groupRanks + ((<usize>group) << 1));
  if (index.blockRanks) before += load<u32>(index.blockRanks + ((<usize>(row >>> 16)) << 2));
  let position = <u64>(group << 5) + before;
  let nth = bucket & 31;
  // The zero that ends the bucket: its bit position in the 64 bits from the group's start on, or in the following ones.
  let word = wordAt(index.high, position);
  let zeros = <u32>popcnt(~word);
  let first = before;
  while (zeros <= nth) {
    nth -= zeros;
    first += 64 - zeros;
    position += 64;
    word = wordAt(index.high, position);
    zeros = <u32>popcnt(~word);
  }
  const end = nthOne(~word, nth);
  // The ones right before it are the bucket's rows; a run that fills the word's lower bits may have started earlier.
  let inBucket = <u32>clz(~((word << 1) << (63 - end)));
  const last = first + end - nth;
  if (inBucket == end && first != before) inBucket = runBefore(index.high, position + end);
  return findInBucket(index.low, lowBits, last - inBucket, inBucket, row & ((1 << lowBits) - 1));
}

/** The number of consecutive ones right before a position. */
function runBefore(high: usize, position: u64): u32 {
  let ones: u32 = 0;
  while (position > 0) {
    position--;
    if (!((load<u8>(high + <usize>(position >> 3)) >> (<u8>(position & 7))) & 1)) break;
    ones++;
  }
  return ones;
}

// For each number of low bits: a mask with a one at the bottom of each field of that many bits, and the number of fields,
// within 57 bits, which one load returns from any bit on.
const fieldOnes = memory.data(8 * 11);
const fieldsOfWord = memory.data(4 * 11);

function prepareFields(): void {
  for (let lowBits: u64 = 1; lowBits <= 10; lowBits++) {
    const fields: u64 = 57 / lowBits;
    let ones: u64 = 0;
    for (let field: u64 = 0; field < fields; field++) ones |= (<u64>1) << (field * lowBits);
    store<u64>(fieldOnes + ((<usize>lowBits) << 3), ones);
    store<u32>(fieldsOfWord + ((<usize>lowBits) << 2), <u32>fields);
  }
}

/** The position of the row with these low bits among `count` rows from `first` on. */
function findInBucket(low: usize, lowBits: u32, first: u32, count: u32, wanted: u32): u32 {
  const ones = load<u64>(fieldOnes + ((<usize>lowBits) << 3));
  const tops = ones << (lowBits - 1);
  const most = load<u32>(fieldsOfWord + ((<usize>lowBits) << 2));
  while (true) {
    const fields = min(count, most);
    const at = <u64>first * lowBits;
    // Compares all fields at once. The lowest equal field has its topmost bit set; fields above it may have it set too.
    const differing = (load<u64>(low + <usize>(at >> 3)) >> (at & 7)) ^ (ones * wanted);
    const usedBits: u64 = fields * lowBits;
    const inBucket = ((<u64>1) << usedBits) - 1;
    const equal = (differing - ones) & ~differing & tops & inBucket;
    if (equal) return first + <u32>popcnt(tops & (equal - 1) & ~equal);
    if (count == fields) return notKept;
    first += fields;
    count -= fields;
  }
}

/** 64 bits from a position on, which may be any bit. */
function wordAt(bits: usize, position: u64): u64 {
  const at = bits + <usize>(position >> 3);
  const shift = position & 7;
  return (load<u64>(at) >> shift) | ((load<u64>(at, 8) << 1) << (63 - shift));
}

// Ids as float64 have zeros in their lower bytes, and nearly always the highest byte of the id before. So an
// element is, for the compressor, a match with the one before (its lower bytes, and the highest byte before them)
// and one to four literals; or, where the id repeats, a match. The literals depend on the number of the id alone: they
// are counted and encoded once for each number, and looked up for each element.

import {
  beginBlock,
  buffered,
  bufferedBits,
  chooseCode,
  clearCounts,
  continueAt,
  endBlock,
  flushBits,
  literalBits,
  literalCounts,
  matchBits,
  matchCounts,
  out,
  writeBits,
} from './deflate-block';

const width: u32 = 8;
/**
 * An element that repeats the one before is of kind 0 or 1. All others are of one of four kinds of their number: bit 0
 * is whether the highest byte of the one before waits to be matched, bit 1 whether their own is another.
 */
const kindsOf: u32 = 4;

/**
 * Writes the float64 `table[numbers[row]]` of `rows` rows, at least one, to `floats`, and deflates them. `table` has
 * `distinct` whole numbers from 0 to 2^29; `scratch`: memory for 48 bytes for each and for one more; `output`: for as
 * many bytes as the input's, a quarter more and 400 more. Returns the number of bytes. The numbers are overwritten.
 *
 * The kinds of elements are unpredictable, so both loops over the elements are branchless.
 */
export function deflateFloats(
  numbers: usize,
  rows: u32,
  table: usize,
  distinct: u32,
  floats: usize,
  scratch: usize,
  output: usize,
): u32 {
  const end = numbers + ((<usize>rows) << 2);
  const lastByte = floats + (rows << 3) - 1;
  const shared = sharedZeros(table, distinct);
  const kinds = kindsOf * (distinct + 1);
  const counts = scratch;
  const entries = scratch + (kinds << 2);

  memory.fill(counts, 0, kinds << 2);
  const isWaiting = findKinds(numbers, end, table, floats, counts);
  clearCounts();
  for (let byte: u32 = 0; byte < width; byte++) countLiteral(load<u8>(floats + byte), 1);
  countKinds(counts, table, distinct, shared);
  if (isWaiting) countLiteral(load<u8>(lastByte), 1);
  // What is written for an element, a match (which has two bits for its distance) and the literals, fits into a
  // word beside 7 bits that wait.
  chooseCode(width, shared > 3 ? 11 : 9);
  encodeKinds(entries, table, distinct, shared);

  beginBlock(width, output);
  for (let byte: u32 = 0; byte < width; byte++) writeLiteral(load<u8>(floats + byte));
  flushBits();
  writeEntries(numbers + 4, end, entries);
  if (isWaiting) writeLiteral(load<u8>(lastByte));
  return <u32>(endBlock() - output);
}

/**
 * Replaces the numbers but the first by the kinds of their elements, and counts those. Returns whether the last byte
 * waits to be matched.
 */
function findKinds(numbers: usize, end: usize, table: usize, floats: usize, counts: usize): bool {
  let last = load<u32>(numbers);
  const first = load<u64>(table + (last << 3));
  store<u64>(floats, first);
  let highest = first >> 56;
  let waiting: u32 = 0;
  for (let at = numbers + 4; at < end; at += 4) {
    floats += 8;
    const number = load<u32>(at);
    const id = load<u64>(table + (number << 3));
    store<u64>(floats, id);
    const differs = <u32>(id >> 56 != highest);
    const kind = select<u32>(0, (number << 2) + 4 + (differs << 1), number == last) + waiting;
    store<u32>(at, kind);
    const counter = counts + (kind << 2);
    store<u32>(counter, load<u32>(counter) + 1);
    waiting = 1 - differs;
    last = number;
    highest = id >> 56;
  }
  return <bool>waiting;
}

/** Counts the literals and matches of elements, of which there are as many of each kind as `counts` says. */
function countKinds(counts: usize, table: usize, distinct: u32, shared: u32): void {
  countMatch(width - 1, load<u32>(counts));
  countMatch(width, load<u32>(counts, 4));
  let others: u32 = 0;
  let waiting: u32 = 0;
  for (let number: u32 = 0; number < distinct; number++) {
    const count = counts + kindsOf * 4 * (number + 1);
    const other = load<u32>(count, 8) + load<u32>(count, 12);
    const all = load<u32>(count) + load<u32>(count, 4) + other;
    others += load<u32>(count) + load<u32>(count, 8);
    waiting += load<u32>(count, 4) + load<u32>(count, 12);
    const id = table + (number << 3);
    for (let byte = shared; byte < width - 1; byte++) countLiteral(load<u8>(id + byte), all);
    countLiteral(load<u8>(id, 7), other);
  }
  countMatch(shared, others);
  countMatch(shared + 1, waiting);
}

/** Puts together what is written for an element of each kind, by the code that was chosen. */
function encodeKinds(entries: usize, table: usize, distinct: u32, shared: u32): void {
  putEntry(entries, width - 1, 0, 0);
  putEntry(entries + 8, width, 0, 0);
  for (let number: u32 = 0; number < distinct; number++) {
    const entry = entries + kindsOf * 8 * (number + 1);
    const id = table + (number << 3);
    let bits: u64 = 0;
    let used: u32 = 0;
    for (let byte = shared; byte < width; byte++) {
      if (byte == width - 1) {
        putEntry(entry, shared, bits, used);
        putEntry(entry + 8, shared + 1, bits, used);
      }
      const code = load<u32>(literalBits + ((<u32>load<u8>(id + byte)) << 2));
      bits |= (<u64>(code & 0xffffff)) << used;
      used += code >> 24;
    }
    putEntry(entry + 16, shared, bits, used);
    putEntry(entry + 24, shared + 1, bits, used);
  }
}

/** An entry: the bits of a match of that length and of what follows it, and their number in the lowest six. */
function putEntry(entry: usize, length: u32, bits: u64, used: u32): void {
  const match = load<u32>(matchBits + (length << 2));
  const matchUsed = match >> 24;
  store<u64>(entry, (((bits << matchUsed) | (match & 0xffffff)) << 6) | (used + matchUsed));
}

/** Writes the entries of the elements' kinds. */
function writeEntries(kinds: usize, end: usize, entries: usize): void {
  let bits = buffered;
  let used = bufferedBits;
  let to = out;
  for (; kinds < end; kinds += 4) {
    const entry = load<u64>(entries + (load<u32>(kinds) << 3));
    bits |= (entry >> 6) << used;
    used += (<u32>entry) & 63;
    store<u64>(to, bits);
    to += used >> 3;
    bits >>= used & 56;
    used &= 7;
  }
  continueAt(bits, used, to);
}

/** How many of the lower bytes are zeros in all of the table, up to 6: then at least one literal is left. */
function sharedZeros(table: usize, distinct: u32): u32 {
  let any: u64 = 0;
  for (let number: u32 = 0; number < distinct; number++) any |= load<u64>(table + (number << 3));
  return min<u32>(6, <u32>(ctz(any) >> 3));
}

function countLiteral(literal: u32, count: u32): void {
  const counter = literalCounts + (literal << 2);
  store<u32>(counter, load<u32>(counter) + count);
}

function countMatch(length: u32, count: u32): void {
  const counter = matchCounts + (length << 2);
  store<u32>(counter, load<u32>(counter) + count);
}

function writeLiteral(literal: u32): void {
  const code = load<u32>(literalBits + (literal << 2));
  writeBits(code & 0xffffff, code >> 24);
}

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

/** `floats[row]` = `table[numbers[row]]`; float64 and 32 bits. */
export function gatherFloats(numbers: usize, rows: u32, table: usize, floats: usize): void {
  const end = floats + ((<usize>rows) << 3);
  for (; floats < end; floats += 8, numbers += 4) {
    store<u64>(floats, load<u64>(table + ((<usize>load<u32>(numbers)) << 3)));
  }
}

/**
 * Deflates the float64 `table[numbers[row]]` of `rows` rows, at least one. `table` has `distinct` whole numbers
 * from 0 to 2^29; `scratch`: memory for 24 bytes each; `output`: for as many bytes as the input's, a quarter more
 * and 400 more. Returns the number of bytes.
 *
 * What an element is cannot be foretold, so both loops over the elements are without branches.
 */
export function deflateFloats(
  numbers: usize,
  rows: u32,
  table: usize,
  distinct: u32,
  scratch: usize,
  output: usize,
): u32 {
  const end = numbers + ((<usize>rows) << 2);
  const first = load<u32>(numbers);
  const shared = sharedZeros(table, distinct);

  // Two a number: for an id with the highest byte of the one before, which waits to be matched, and for another.
  const counts = scratch;
  memory.fill(counts, 0, distinct << 3);
  clearCounts();
  for (let byte: u32 = 0; byte < width; byte++) countLiteral(load<u8>(table + (first << 3) + byte), 1);
  let last = first;
  let highest = highestByte(table, first);
  // 1 while the highest byte of the element before waits.
  let waiting: u32 = 0;
  let allRepeats: u32 = 0;
  let allWaiting: u32 = 0;
  let waitingRepeats: u32 = 0;
  for (let at = numbers + 4; at < end; at += 4) {
    const number = load<u32>(at);
    const highestHere = highestByte(table, number);
    const differs = <u32>(highestHere != highest);
    const repeats = <u32>(number == last);
    allRepeats += repeats;
    allWaiting += waiting;
    waitingRepeats += waiting & repeats;
    const counter = counts + (((number << 1) | differs) << 2);
    store<u32>(counter, load<u32>(counter) + 1 - repeats);
    waiting = 1 - differs;
    last = number;
    highest = highestHere;
  }
  if (waiting) countLiteral(highest, 1);
  countMatch(shared, rows - 1 - allRepeats - allWaiting + waitingRepeats);
  countMatch(shared + 1, allWaiting - waitingRepeats);
  countMatch(width - 1, allRepeats - waitingRepeats);
  countMatch(width, waitingRepeats);
  for (let number: u32 = 0; number < distinct; number++) {
    const same = load<u32>(counts + (number << 3));
    const other = load<u32>(counts + (number << 3), 4);
    const id = table + (number << 3);
    for (let byte = shared; byte < width - 1; byte++) countLiteral(load<u8>(id + byte), same + other);
    countLiteral(load<u8>(id, 7), other);
  }
  // What is written for an element, a match (which has two bits for its distance) and the literals, fits into a
  // word beside 7 bits that wait.
  chooseCode(width, shared > 3 ? 11 : 9);

  // The literals in the same order as the counts: their bits, and their number in the lowest six.
  const entries = scratch + (distinct << 3);
  for (let number: u32 = 0; number < distinct; number++) {
    let bits: u64 = 0;
    let used: u32 = 0;
    const entry = entries + (number << 4);
    for (let byte = shared; byte < width; byte++) {
      if (byte == width - 1) store<u64>(entry, (bits << 6) | used);
      const code = load<u32>(literalBits + ((<u32>load<u8>(table + (number << 3) + byte)) << 2));
      bits |= (<u64>(code & 0xffffff)) << used;
      used += code >> 24;
    }
    store<u64>(entry, (bits << 6) | used, 8);
  }

  beginBlock(width, output);
  for (let byte: u32 = 0; byte < width; byte++) writeLiteral(load<u8>(table + (first << 3) + byte));
  flushBits();
  let bits = buffered;
  let used = bufferedBits;
  let to = out;
  last = first;
  highest = highestByte(table, first);
  waiting = 0;
  for (let at = numbers + 4; at < end; at += 4) {
    const number = load<u32>(at);
    const highestHere = highestByte(table, number);
    const differs = <u32>(highestHere != highest);
    const repeats = <u32>(number == last);
    const match = load<u32>(matchBits + (((repeats ? width - 1 : shared) + waiting) << 2));
    bits |= (<u64>(match & 0xffffff)) << used;
    used += match >> 24;
    const entry = repeats ? 0 : load<u64>(entries + (((number << 1) | differs) << 3));
    bits |= (entry >> 6) << used;
    used += (<u32>entry) & 63;
    store<u64>(to, bits);
    to += used >> 3;
    bits >>= used & 56;
    used &= 7;
    waiting = 1 - differs;
    last = number;
    highest = highestHere;
  }
  continueAt(bits, used, to);
  if (waiting) writeLiteral(highest);
  return <u32>(endBlock() - output);
}

/** How many of the lower bytes are zeros in all of the table, up to 6: then at least one literal is left. */
function sharedZeros(table: usize, distinct: u32): u32 {
  let any: u64 = 0;
  for (let number: u32 = 0; number < distinct; number++) any |= load<u64>(table + (number << 3));
  return min<u32>(6, <u32>(ctz(any) >> 3));
}

function highestByte(table: usize, number: u32): u32 {
  return load<u8>(table + (number << 3), 7);
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

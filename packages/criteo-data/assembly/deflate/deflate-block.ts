// Writes one non-final deflate block (RFC 1951) whose matches all have the same distance, followed by an empty stored
// block, so that it ends on a byte boundary.

import { codeLengthLimit, huffmanLengths, reversedBits } from './huffman-code';

export const literals: u32 = 256;
const endOfBlock: u32 = 256;
const symbols: u32 = 286;
export const shortestMatch: u32 = 3;
export const longestMatch: u32 = 258;

// Match tables stand behind literal tables, so that a token, a literal or `matchTokens` and a length, finds both.
export const matchTokens: u32 = symbols;
const tokens: u32 = matchTokens + longestMatch + 1;

/** How often each literal occurs, 32 bits each; `chooseCode` adds the matches. */
export const literalCounts = memory.data(4 * tokens);
/** How often there is a match of each length up to the longest, 32 bits each. */
export const matchCounts = literalCounts + 4 * matchTokens;
/** What is written for each literal, and for a match of each length: its bits, and their number from bit 24. */
export const literalBits = memory.data(4 * tokens);
export const matchBits = literalBits + 4 * matchTokens;

const codeLengths = memory.data(symbols);
const codes = memory.data(4 * symbols);

/** Bits that wait to be written, how many (below 32), and where they go. */
export let buffered: u64 = 0;
export let bufferedBits: u32 = 0;
export let out: usize = 0;

/** Forgets all counts. */
export function clearCounts(): void {
  memory.fill(literalCounts, 0, 4 * tokens);
}

/** The longest first match for `length` equal bytes such that the rest is empty or long enough for a match. */
export function firstMatch(length: u32): u32 {
  if (length <= longestMatch) return length;
  return length - longestMatch < shortestMatch ? longestMatch - shortestMatch : longestMatch;
}

/** Finds the best code of at most `limit` bits for what was counted; sets `literalBits` and `matchBits`. */
export function chooseCode(distance: u32, limit: u32): void {
  store<u32>(literalCounts, 1, 4 * endOfBlock);
  for (let length = shortestMatch; length <= longestMatch; length++) {
    const counter = literalCounts + (lengthSymbol(length) << 2);
    store<u32>(counter, load<u32>(counter) + load<u32>(matchCounts + (length << 2)));
  }
  huffmanLengths(literalCounts, symbols, codeLengths, limit);
  canonicalCodes();

  for (let literal: u32 = 0; literal < literals; literal++) {
    setBits(literalBits, literal, load<u32>(codes + (literal << 2)), load<u8>(codeLengths + literal));
  }
  for (let length = shortestMatch; length <= longestMatch; length++) {
    const symbol = lengthSymbol(length);
    let bits = load<u32>(codes + (symbol << 2));
    let count: u32 = load<u8>(codeLengths + symbol);
    const extraBits = lengthExtraBits(length);
    bits |= ((length - shortestMatch) & ((1 << extraBits) - 1)) << count;
    count += extraBits;
    // The only distance code is one bit, 0.
    count += 1;
    bits |= distanceExtra(distance) << count;
    count += distanceExtraBits(distance);
    setBits(matchBits, length, bits, count);
  }
}

function setBits(table: usize, index: u32, bits: u32, count: u32): void {
  store<u32>(table + (index << 2), bits | (count << 24));
}

/** RFC 1951, 3.2.5: the symbol of a match's length. */
function lengthSymbol(length: u32): u32 {
  const extraBits = lengthExtraBits(length);
  if (length == longestMatch) return 285;
  return 257 + (extraBits << 2) + ((length - shortestMatch) >> extraBits);
}

function lengthExtraBits(length: u32): u32 {
  const above = length - shortestMatch;
  return above < 8 || length == longestMatch ? 0 : 29 - clz(above);
}

/** RFC 1951, 3.2.2: codes in order of length, then of symbol, first bit lowest. */
function canonicalCodes(): void {
  let code: u32 = 0;
  for (let length: u32 = 1; length <= codeLengthLimit; length++) {
    for (let symbol: u32 = 0; symbol < symbols; symbol++) {
      if (load<u8>(codeLengths + symbol) != length) continue;
      store<u32>(codes + (symbol << 2), reversedBits(code++, length));
    }
    code <<= 1;
  }
}

// RFC 1951, 3.2.5, for the two distances that are used here: 4 is code 3, 8 is the second of code 5.
function distanceCode(distance: u32): u32 {
  return distance == 8 ? 5 : 3;
}

function distanceExtraBits(distance: u32): u32 {
  return distance == 8 ? 1 : 0;
}

function distanceExtra(distance: u32): u32 {
  return distance == 8 ? 1 : 0;
}

/**
 * Begins a block at `output`: RFC 1951, 3.2.7. The lengths themselves are written in 4 bits each: a better code for
 * them would save 80 bytes of a block of tens of thousands.
 */
export function beginBlock(distance: u32, output: usize): void {
  buffered = 0;
  bufferedBits = 0;
  out = output;
  const code = distanceCode(distance);
  writeBits(2 << 1, 3); // not the last; dynamic Huffman codes
  writeBits(symbols - 257, 5);
  writeBits(code, 5);
  writeBits(19 - 4, 4);
  writeBits(0, 9); // no repetitions
  for (let length = 0; length < 16; length++) writeBits(4, 3);
  for (let symbol: u32 = 0; symbol < symbols; symbol++)
    writeBits(reversedBits(load<u8>(codeLengths + symbol), 4), 4);
  for (let unused: u32 = 0; unused < code; unused++) writeBits(0, 4);
  writeBits(reversedBits(1, 4), 4);
}

/** Writes up to 32 bits, the lowest first. */
export function writeBits(bits: u32, count: u32): void {
  buffered |= (<u64>bits) << bufferedBits;
  bufferedBits += count;
  if (bufferedBits >= 32) {
    store<u32>(out, <u32>buffered);
    out += 4;
    buffered >>= 32;
    bufferedBits -= 32;
  }
}

/** Writes whole bytes: up to 7 bits wait. */
export function flushBits(): void {
  store<u64>(out, buffered);
  out += bufferedBits >> 3;
  buffered >>= bufferedBits & 56;
  bufferedBits &= 7;
}

/** Goes on behind bits that were written elsewhere. */
export function continueAt(bits: u64, count: u32, output: usize): void {
  buffered = bits;
  bufferedBits = count;
  out = output;
}

/** Ends the block. Returns where the next one may begin. */
export function endBlock(): usize {
  writeBits(load<u32>(codes, 4 * endOfBlock), load<u8>(codeLengths, endOfBlock));
  writeBits(0, 3);
  flushBits();
  if (bufferedBits > 0) store<u8>(out++, <u8>buffered);
  store<u32>(out, 0xffff0000); // of length 0, and its complement
  return out + 4;
}

// Deflate (RFC 1951) for arrays of numbers. Neighbouring elements share their upper bytes (small integers) or
// their lower ones (whole numbers as float64), so the one match that is looked for is with the element before:
// a general compressor spends most of its time on finding others. The tokens of a block are counted, and then
// written with the Huffman code that is best for them.

import { codeLengthLimit, huffmanLengths, reversedBits } from './huffman-code';

const literals: u32 = 256;
const endOfBlock: u32 = 256;
const symbols: u32 = 286;
const shortestMatch: u32 = 3;
const longestMatch: u32 = 258;
// A token is a literal (0 to 255) or a match: 256 + its length - 3.
const tokenKinds: u32 = literals + longestMatch - shortestMatch + 1;

const tokenCounts = memory.data(4 * tokenKinds);
const symbolCounts = memory.data(4 * symbols);
const codeLengths = memory.data(symbols);
const codes = memory.data(4 * symbols);
// What is written for each token: its bits, and their number from bit 24.
const tokenBits = memory.data(4 * tokenKinds);

let buffered: u64 = 0;
let bufferedBits: u32 = 0;
let out: usize = 0;
let nextToken: usize = 0;

/** `floats[row]` = `table[numbers[row]]`; float64 and 32 bits. */
export function gatherFloats(numbers: usize, rows: u32, table: usize, floats: usize): void {
  const end = floats + ((<usize>rows) << 3);
  for (; floats < end; floats += 8, numbers += 4) {
    store<u64>(floats, load<u64>(table + ((<usize>load<u32>(numbers)) << 3)));
  }
}

/**
 * Deflates `count` elements of 64 bits into one block that is not the last, then an empty stored one, so that
 * it ends on a byte. `tokens`: memory for 2 bytes a byte of input; `output`: for as many bytes as the input's,
 * a quarter more and 400 more. Returns the number of bytes.
 */
export function deflateFloats(elements: usize, count: u32, tokens: usize, output: usize): u32 {
  return deflate<u64>(elements, count, tokens, output, 5, 1, 1);
}

/** The same for elements of 32 bits. */
export function deflateIntegers(elements: usize, count: u32, tokens: usize, output: usize): u32 {
  return deflate<u32>(elements, count, tokens, output, 3, 0, 0);
}

/** The distance of all matches, the size of `T`, is `distanceCode` and `distanceExtra` in `distanceExtraBits`. */
function deflate<T>(
  elements: usize,
  count: u32,
  tokens: usize,
  output: usize,
  distanceCode: u32,
  distanceExtra: u32,
  distanceExtraBits: u32,
): u32 {
  tokenize<T>(elements, count, tokens);
  const tokensEnd = nextToken;
  memory.fill(tokenCounts, 0, 4 * tokenKinds);
  for (let token = tokens; token < tokensEnd; token += 2) {
    const counter = tokenCounts + ((<usize>load<u16>(token)) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  chooseCode(distanceExtra, distanceExtraBits);

  buffered = 0;
  bufferedBits = 0;
  out = output;
  writeBlockHeader(distanceCode);
  let bits = buffered;
  let used = bufferedBits;
  let to = out;
  for (let token = tokens; token < tokensEnd; token += 2) {
    const entry = load<u32>(tokenBits + ((<usize>load<u16>(token)) << 2));
    bits |= (<u64>(entry & 0xffffff)) << used;
    used += entry >> 24;
    // At most 31 bits wait and 22 come.
    if (used >= 32) {
      store<u32>(to, <u32>bits);
      to += 4;
      bits >>= 32;
      used -= 32;
    }
  }
  buffered = bits;
  bufferedBits = used;
  out = to;
  writeBits(load<u32>(codes, 4 * endOfBlock), load<u8>(codeLengths, endOfBlock));
  writeBits(0, 3);
  while (bufferedBits > 0) {
    store<u8>(out++, <u8>buffered);
    buffered >>= 8;
    bufferedBits = bufferedBits > 8 ? bufferedBits - 8 : 0;
  }
  store<u32>(out, 0xffff0000); // of length 0, and its complement
  return <u32>(out + 4 - output);
}

/** Writes the tokens of the elements, two bytes each. */
function tokenize<T>(elements: usize, count: u32, tokens: usize): void {
  const width: u32 = sizeof<T>();
  nextToken = tokens;
  let at = elements;
  const end = elements + <usize>count * width;
  for (; at < elements + width && at < end; at++) putToken(load<u8>(at));
  let previous = load<T>(elements);
  // Bytes before `at` that are as in the element before, and still without a token.
  let matched: u32 = 0;
  for (; at < end; at += width) {
    const element = load<T>(at);
    const changed = <u64>(element ^ previous);
    if (changed == 0) {
      matched += width;
      continue;
    }
    previous = element;
    const lower = <u32>(ctz(changed) >> 3);
    const upper = <u32>(clz(changed) >> 3) - (8 - width);
    putMatch(at + lower, matched + lower);
    const literalsEnd = at + width - upper;
    for (let byte = at + lower; byte < literalsEnd; byte++) putToken(load<u8>(byte));
    matched = upper;
  }
  putMatch(at, matched);
}

/** The tokens of the `length` bytes before `end`, which repeat the element before. */
// @ts-ignore: decorator
@inline
function putMatch(end: usize, length: u32): void {
  if (length >= shortestMatch && length <= longestMatch) putToken(literals + length - shortestMatch);
  else if (length > 0) putOddMatch(end, length);
}

function putOddMatch(end: usize, length: u32): void {
  while (length > longestMatch) {
    // What is left must be long enough for a match of its own.
    const taken = length - longestMatch < shortestMatch ? longestMatch - shortestMatch : longestMatch;
    putToken(literals + taken - shortestMatch);
    length -= taken;
  }
  if (length >= shortestMatch) putToken(literals + length - shortestMatch);
  else for (let byte = end - length; byte < end; byte++) putToken(load<u8>(byte));
}

// @ts-ignore: decorator
@inline
function putToken(token: u32): void {
  store<u16>(nextToken, <u16>token);
  nextToken += 2;
}

/** Finds the best code for the counted tokens and sets `tokenBits`. */
function chooseCode(distanceExtra: u32, distanceExtraBits: u32): void {
  memory.fill(symbolCounts, 0, 4 * symbols);
  memory.copy(symbolCounts, tokenCounts, 4 * literals);
  store<u32>(symbolCounts, 1, 4 * endOfBlock);
  for (let length = shortestMatch; length <= longestMatch; length++) {
    const counter = symbolCounts + ((<usize>lengthSymbol(length)) << 2);
    const token = literals + length - shortestMatch;
    store<u32>(counter, load<u32>(counter) + load<u32>(tokenCounts + ((<usize>token) << 2)));
  }
  huffmanLengths(symbolCounts, symbols, codeLengths);
  canonicalCodes();

  for (let literal: u32 = 0; literal < literals; literal++) {
    setTokenBits(literal, load<u32>(codes + (literal << 2)), load<u8>(codeLengths + literal));
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
    bits |= distanceExtra << count;
    count += distanceExtraBits;
    setTokenBits(literals + length - shortestMatch, bits, count);
  }
}

function setTokenBits(token: u32, bits: u32, count: u32): void {
  store<u32>(tokenBits + (token << 2), bits | (count << 24));
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

/**
 * RFC 1951, 3.2.7. The lengths themselves are written in 4 bits each: a better code for them would save 80 bytes
 * of a block of tens of thousands.
 */
function writeBlockHeader(distanceCode: u32): void {
  writeBits(2 << 1, 3); // not the last; dynamic Huffman codes
  writeBits(symbols - 257, 5);
  writeBits(distanceCode, 5);
  writeBits(19 - 4, 4);
  writeBits(0, 9); // no repetitions
  for (let length = 0; length < 16; length++) writeBits(4, 3);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) writeBits(reversedBits(load<u8>(codeLengths + symbol), 4), 4);
  for (let code: u32 = 0; code < distanceCode; code++) writeBits(0, 4);
  writeBits(reversedBits(1, 4), 4);
}

function writeBits(bits: u32, count: u32): void {
  buffered |= (<u64>bits) << bufferedBits;
  bufferedBits += count;
  if (bufferedBits >= 32) {
    store<u32>(out, <u32>buffered);
    out += 4;
    buffered >>= 32;
    bufferedBits -= 32;
  }
}

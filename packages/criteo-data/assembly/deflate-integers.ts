// Neighbouring integers share their upper bytes, most of them zeros, so the one match that is looked for is with
// the element before: a general compressor spends most of its time on finding others.

import {
  beginBlock,
  buffered,
  bufferedBits,
  chooseCode,
  clearCounts,
  continueAt,
  endBlock,
  firstMatch,
  literalBits,
  literalCounts,
  matchTokens,
  out,
  shortestMatch,
} from './deflate-block';
import { codeLengthLimit } from './huffman-code';

const width: u32 = 4;

/**
 * Deflates `count` elements of 32 bits. `tokens`: memory for 2 bytes a byte of input; `output`: for as many bytes
 * as the input's, a quarter more and 400 more. Returns the number of bytes.
 */
export function deflateIntegers(elements: usize, count: u32, tokens: usize, output: usize): u32 {
  const tokensEnd = tokenize(elements, count, tokens);
  clearCounts();
  for (let token = tokens; token < tokensEnd; token += 2) {
    const counter = literalCounts + ((<usize>load<u16>(token)) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  chooseCode(width, codeLengthLimit);

  beginBlock(width, output);
  let bits = buffered;
  let used = bufferedBits;
  let to = out;
  for (let token = tokens; token < tokensEnd; token += 2) {
    const entry = load<u32>(literalBits + ((<usize>load<u16>(token)) << 2));
    bits |= (<u64>(entry & 0xffffff)) << used;
    used += entry >> 24;
    store<u64>(to, bits);
    to += used >> 3;
    bits >>= used & 56;
    used &= 7;
  }
  continueAt(bits, used, to);
  return <u32>(endBlock() - output);
}

/**
 * Writes the tokens, two bytes each: a literal, or `matchTokens` and the length of a match. Returns where they
 * end.
 */
function tokenize(elements: usize, count: u32, tokens: usize): usize {
  let token = tokens;
  let at = elements;
  const end = elements + ((<usize>count) << 2);
  for (; at < elements + width; at++, token += 2) store<u16>(token, load<u8>(at));
  let previous = load<u32>(elements);
  // Bytes before `at` that are as in the element before, and still without a token.
  let matched: u32 = 0;
  for (; at < end; at += width) {
    const element = load<u32>(at);
    const changed = element ^ previous;
    if (changed == 0) {
      matched += width;
      continue;
    }
    previous = element;
    const lower = ctz(changed) >> 3;
    const upper = clz(changed) >> 3;
    token = putMatch(token, at + lower, matched + lower);
    const literalsEnd = at + width - upper;
    for (let byte = at + lower; byte < literalsEnd; byte++, token += 2) store<u16>(token, load<u8>(byte));
    matched = upper;
  }
  return putMatch(token, at, matched);
}

/** Writes the tokens of the `length` bytes before `end`, which repeat the element before. */
function putMatch(token: usize, end: usize, length: u32): usize {
  if (length < shortestMatch) {
    for (let byte = end - length; byte < end; byte++, token += 2) store<u16>(token, load<u8>(byte));
    return token;
  }
  while (length > 0) {
    const taken = firstMatch(length);
    store<u16>(token, <u16>(matchTokens + taken));
    token += 2;
    length -= taken;
  }
  return token;
}

// Neighbouring integers share their upper bytes, most of which are zeros, so this looks only for a match with the
// preceding element; a general compressor spends most of its time on finding other matches.

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
  longestMatch,
  matchTokens,
  out,
  shortestMatch,
} from './deflate-block';
import { codeLengthLimit } from './huffman-code';

const width: u32 = 4;
/** A token of no bits. */
const nothing: u32 = matchTokens;

/**
 * Deflates `count` elements of 32 bits. `tokens`: memory for 2 bytes a byte of input and 16 more; `output`: for as
 * many bytes as the input's, a quarter more and 400 more. Returns the number of bytes.
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
  // Two at a time: a match takes up to 21 bits, so that both fit into a word beside 7 that wait.
  store<u16>(tokensEnd, <u16>nothing);
  for (let token = tokens; token < tokensEnd; token += 4) {
    const first = load<u32>(literalBits + ((<usize>load<u16>(token)) << 2));
    const second = load<u32>(literalBits + ((<usize>load<u16>(token, 2)) << 2));
    bits |= (<u64>(first & 0xffffff)) << used;
    used += first >> 24;
    bits |= (<u64>(second & 0xffffff)) << used;
    used += second >> 24;
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
 * end. Which bytes of an element change is unpredictable, so the loop has no branch except for long matches.
 */
function tokenize(elements: usize, count: u32, tokens: usize): usize {
  let token = putLiterals(elements, width, tokens);
  let previous = load<u32>(elements);
  // Bytes before `at` that are as in the element before, and still without a token.
  let matched: u32 = 0;
  const end = elements + ((<usize>count) << 2);
  for (let at = elements + width; at < end; at += width) {
    const element = load<u32>(at);
    const changed = element ^ previous;
    previous = element;
    const isChanged = changed != 0;
    // All four bytes where nothing changed.
    const lower = ctz(changed) >> 3;
    const upper = clz(changed) >> 3;
    let length = matched + lower;
    while (length > longestMatch) {
      const taken = firstMatch(length);
      store<u16>(token, <u16>(matchTokens + taken));
      token += 2;
      length -= taken;
    }
    const isMatch = isChanged & (length >= shortestMatch);
    store<u16>(token, <u16>(matchTokens + length));
    token += (<usize>isMatch) << 1;
    const literalsStart = select<usize>(at + lower, at - matched, isMatch);
    const literals = select<usize>(at + width - upper - literalsStart, 0, isChanged);
    token = putLiterals(literalsStart, literals, token);
    matched = select<u32>(upper, length, isChanged);
  }
  if (matched < shortestMatch) return putLiterals(end - matched, matched, token);
  store<u16>(token, <u16>(matchTokens + matched));
  return token + 2;
}

/** Writes up to eight bytes as literals. */
function putLiterals(bytes: usize, count: usize, token: usize): usize {
  v128.store(token, v128.load8x8_u(bytes));
  return token + (count << 1);
}

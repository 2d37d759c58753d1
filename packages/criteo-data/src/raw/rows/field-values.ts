import { mix } from '../../random/random-stream.js';

// pandas writes a column of whole numbers with missing ones as 1.0, 2.0 and nothing.
const wholeNumber = /^-?\d+(\.0*)?$/;
const missingNumber = /^(nan|na|null|none|\\n)?$/i;

/** Whether a field is a whole number of 32 bits or missing. */
export function isWholeNumber(field: string): boolean {
  if (missingNumber.test(field)) return true;
  return wholeNumber.test(field) && Number(field) === (Number(field) | 0);
}

/** Its value as data_utils.py takes it: missing and negative ones are 0. */
export function wholeNumberOf(field: string): number {
  return missingNumber.test(field) ? 0 : Math.max(0, Number(field));
}

/** Whether a field says that there was a click, or none. */
export function isLabel(field: string): boolean {
  return /^[01](\.0*)?$/.test(field);
}

/** Whether a field is a category of Criteo's. */
export function isHex(field: string): boolean {
  return /^[0-9a-f]{0,8}$/i.test(field);
}

/** A category of Criteo's as a number of 32 bits; missing is 0. */
export function hexOf(field: string): number {
  return Number.parseInt(field || '0', 16) | 0;
}

/**
 * Any text as a number of 32 bits: eight hex digits stand for themselves, as in Criteo's and Avazu's rows, nothing is 0,
 * and all else is hashed (MurmurHash3 x86_32 over the bytes, seed 0). Of n texts in a column that are hashed, about
 * n² / 2^33 share a number with another: one of 100,000, 116 of a million.
 *
 * @param field a text of bytes (latin1)
 */
export function textOf(field: string): number {
  if (field === '') return 0;
  if (field.length === 8 && /^[0-9a-f]{8}$/.test(field)) return Number.parseInt(field, 16) | 0;
  return murmur3(field);
}

/** MurmurHash3 x86_32 (Austin Appleby), seed 0, of the low bytes of a text's characters. */
export function murmur3(text: string): number {
  let hash = 0;
  const blocks = text.length & ~3;
  const scrambled = (word: number) => {
    const product = Math.imul(word, 0xcc9e2d51);
    return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
  };
  const byte = (at: number) => text.charCodeAt(at) & 0xff;
  for (let at = 0; at < blocks; at += 4) {
    hash ^= scrambled(byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = text.length - 1; at >= blocks; at--) rest = (rest << 8) | byte(at);
  if (blocks < text.length) hash ^= scrambled(rest);
  return mix((hash ^ text.length) >>> 0) | 0;
}

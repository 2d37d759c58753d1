import {
  isLabel,
  isWholeNumber,
  murmur3,
  textOf,
  wholeNumberOf,
} from '../../../src/raw/rows/field-values.js';

it.each([
  ['', 0],
  ['NaN', 0],
  ['NA', 0],
  ['\\N', 0],
  ['5', 5],
  ['5.0', 5],
  ['5.', 5],
  ['-5', 0],
  ['-2147483648', 0],
  ['2147483647.00', 2147483647],
])('takes the number %j as %d', (field, value) => {
  expect(isWholeNumber(field)).toBe(true);
  expect(wholeNumberOf(field)).toBe(value);
});

it.each(['5.5', '2147483648', '1e3', '0x5', ' 5', 'five', '-', '+5'])(
  'takes %j as no whole number',
  (field) => expect(isWholeNumber(field)).toBe(false),
);

it('knows labels', () => {
  expect(['0', '1', '0.0', '1.'].every(isLabel)).toBe(true);
  expect(['', '2', '-1', 'yes', '0.5', '01'].some(isLabel)).toBe(false);
});

// Expected values are those of scikit-learn's murmurhash3_32(bytes, seed=0).
it.each([
  ['', 0],
  ['a', 1009084850],
  ['ab', -1681926305],
  ['abc', -1277324294],
  ['abcd', 1139631978],
  ['hello, world', 345750399],
  ['The quick brown fox jumps over the lazy dog', 776992547],
])('hashes %j as MurmurHash3 does', (text, hash) => expect(murmur3(text)).toBe(hash));

it('takes eight hex digits as they are, and hashes other texts', () => {
  expect(textOf('')).toBe(0);
  expect(textOf('1fbe01fe')).toBe(0x1fbe01fe);
  expect(textOf('ecad2386')).toBe(0xecad2386 | 0);
  expect(new Set(['7', '07', '007', '0a', '0A', 'a', '1FBE01FE', '-1', '1'].map(textOf)).size).toBe(9);
  expect(textOf('14102100')).toBe(0x14102100);
});

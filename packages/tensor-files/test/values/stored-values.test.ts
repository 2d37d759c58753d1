import { integerTensor, narrowed } from '../../src/values/stored-values.js';

const halves = (values: Float32Array, dtype: 'float16' | 'bfloat16') => [
  ...new Uint16Array(narrowed(values, dtype).buffer),
];

// bfloat16 has 8 significant binary digits: between 1 and 2 its step is 2^-7. The bits are those of IEEE 754's rule.
test.each([
  [1 + 2 ** -8, 0x3f80, 'a half above an even number is rounded down'],
  [1 + 3 * 2 ** -8, 0x3f82, 'a half above an odd number is rounded up'],
  [1 + 2 ** -8 + 2 ** -23, 0x3f81, 'a little more than a half is rounded up'],
  [1 + 3 * 2 ** -8 - 2 ** -23, 0x3f81, 'a little less than a half is rounded down'],
  [-(1 + 3 * 2 ** -8), 0xbf82, 'a negative number is rounded like a positive one'],
  [2 - 2 ** -8, 0x4000, 'rounding up may carry into the exponent'],
  [3.4028234663852886e38, 0x7f80, 'the largest float32 is rounded to infinity'],
  [-Infinity, 0xff80, 'an infinity stays one'],
  [-0, 0x8000, 'zero keeps its sign'],
])('%d becomes the bfloat16 0x%s: %s', (value, bits) => {
  expect(halves(Float32Array.of(value), 'bfloat16')).toEqual([bits]);
});

test.each([0x7f800001, 0x7fc00000, 0x7fffffff, 0xff800001])(
  'a NaN, whatever its bits, stays a NaN: %i',
  (bits) => {
    const values = new Float32Array(Uint32Array.of(bits).buffer);
    const [brain] = halves(values, 'bfloat16');
    expect([brain! & 0x7f80, (brain! & 0x7f) > 0, brain! >>> 15]).toEqual([0x7f80, true, bits >>> 31]);
    const [half] = halves(values, 'float16');
    expect([half! & 0x7c00, (half! & 0x3ff) > 0]).toEqual([0x7c00, true]);
  },
);

test('values in the middle of a buffer are narrowed, and nothing around them', () => {
  const values = Float32Array.of(9, 1, -2, 9).subarray(1, 3);
  expect(halves(values, 'bfloat16')).toEqual([0x3f80, 0xc000]);
  expect(halves(values, 'float16')).toEqual([0x3c00, 0xc000]);
});

test('whole numbers are read from bytes at any address', () => {
  const around = new Uint8Array(30);
  around.set(new Uint8Array(BigInt64Array.of(-3n, 2n ** 40n).buffer), 5);
  const bytes = around.subarray(5, 21);
  const tensor = integerTensor(bytes, 'int64', [2]);
  expect(tensor).toEqual({
    data: Float32Array.of(-3, 2 ** 40),
    shape: [2],
    stored: { dtype: 'int64', bytes },
  });
});

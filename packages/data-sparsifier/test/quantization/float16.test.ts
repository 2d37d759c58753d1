import { fromFloat16, toFloat16 } from '../../src/quantization/float16.js';
import { fitsFloat32Scales } from '../../src/quantization/quantized-row-format.js';
import { roundHalfToEven } from '../../src/quantization/round-half-to-even.js';

const largest = 0x7bff;
const infinity = 0x7c00;

test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3c00, 1],
  [0xc000, -2],
  [largest, 65504],
  [infinity, Infinity],
  [0xfc00, -Infinity],
  [0x7c01, NaN],
  [0xfe00, NaN],
])('the bits %i are the binary16 %d of IEEE 754', (bits, value) => {
  expect(fromFloat16(bits)).toBe(value);
});

test('every finite binary16 is read above the one before, and written back to its bits, with either sign', () => {
  let before = -1;
  const wrong: number[] = [];
  for (let bits = 0; bits <= largest; bits++) {
    const value = fromFloat16(bits);
    if (!(value > before) || toFloat16(value) !== bits) wrong.push(bits);
    if (toFloat16(-value) !== (bits | 0x8000) || !Object.is(fromFloat16(bits | 0x8000), -value))
      wrong.push(bits);
    before = value;
  }
  expect(wrong).toEqual([]);
});

test('a number between two of binary16 becomes the nearest, and one halfway the one whose last bit is 0', () => {
  const float = new Float32Array(1);
  const bitsOf = new Int32Array(float.buffer);
  // The next float32 above or below.
  const beside = (value: number, step: number) => {
    float[0] = value;
    bitsOf[0]! += step;
    return float[0];
  };
  const wrong: number[] = [];
  for (let bits = 0; bits <= largest; bits++) {
    // Where the next one would be infinity, the border is where it would be without it: 65520.
    const above = bits === largest ? 65536 : fromFloat16(bits + 1);
    const halfway = (fromFloat16(bits) + above) / 2;
    if (toFloat16(halfway) !== bits + (bits % 2)) wrong.push(bits);
    if (toFloat16(beside(halfway, -1)) !== bits) wrong.push(bits);
    if (toFloat16(beside(halfway, 1)) !== bits + 1) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test.each([65536, 131072, 3.4e38, Infinity])('%d is beyond the range of binary16', (value) => {
  expect([toFloat16(value), toFloat16(-value)]).toEqual([infinity, infinity | 0x8000]);
});

// What Python's round gives.
test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [3.5, 4],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  [0.49999999999999994, 0],
  [2.5000000000000004, 3],
  [-3.2, -3],
  [7, 7],
])('%d is rounded to %d', (value, rounded) => {
  expect(roundHalfToEven(value) + 0).toBe(rounded);
});

test.each([
  [0, 3e38, true],
  [-3e38, 0, true],
  [-1.7e38, 1.7e38, true],
  [-3e38, 3e38, false],
  [-3.4028234663852886e38, 3.4028234663852886e38, false],
])('float32 scales can describe a row from %d to %d: %j', (smallest, most, expected) => {
  for (const bits of [8, 4, 2, 1]) expect(fitsFloat32Scales(smallest, most, bits)).toBe(expected);
});

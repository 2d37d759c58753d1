import fc from 'fast-check';
import { scoreOrder } from '../../src/training/score-order.js';

const floats = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 0.5, Infinity, -Infinity));
const doubles = fc.oneof(fc.double({ noNaN: true }), floats);

test.each([
  ['float32', fc.array(floats).map((scores) => Float32Array.from(scores))],
  [
    'float32 in the middle of an array',
    fc.array(floats).map((scores) => Float32Array.of(9, ...scores, 9).subarray(1, -1)),
  ],
  ['numbers that are float32', fc.array(floats)],
  ['other numbers', fc.array(doubles)],
])('puts %s in ascending order', (_, arrays: fc.Arbitrary<ArrayLike<number>>) => {
  fc.assert(
    fc.property(arrays, (scores) => {
      const order = [...scoreOrder(scores)];
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: scores.length }, (__, i) => i));
      for (let i = 1; i < order.length; i++) {
        expect(scores[order[i - 1]!]).toBeLessThanOrEqual(scores[order[i]!]!);
      }
    }),
  );
});

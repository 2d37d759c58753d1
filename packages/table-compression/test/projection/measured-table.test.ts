import fc from 'fast-check';
import { MeasuredTable } from '../../src/projection/measured-table.js';

const [rows, dim] = [500, 4];
const table = {
  data: Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at) / (1 + (at % 97))),
  shape: [rows, dim],
};
const importance = {
  accesses: Float64Array.from({ length: rows }, (_, row) => (row * 7919) % 31),
  curvature: Float64Array.from({ length: dim * dim }, (_, at) => (at % (dim + 1) === 0 ? 2 : 0.5)),
};

test('measures rows as they are asked for as it does all of them at once', () => {
  const prices = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 100, noNaN: true })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(prices, fc.integer({ min: 2, max: 40 }), (asked, stride) => {
      const all = new MeasuredTable('t', table, importance, 1);
      const some = new MeasuredTable('t', table, importance, stride);
      expect(some.sample.candidates).toHaveLength(Math.ceil(rows / stride));
      expect(some.pruned).toEqual(all.pruned);
      for (const price of asked) expect(some.candidatesAt(price)).toEqual(all.candidatesAt(price));
    }),
  );
});

test('has no candidate that costs less than a fifth of a byte where it is not stored', () => {
  const measured = new MeasuredTable('t', table, importance, 7);
  for (const price of [0.5, 5, 50]) {
    const { candidates, distortions } = measured.candidatesAt(price);
    const expected = [...measured.pruned.keys()].filter((row) => measured.pruned[row]! > 0.2 * price);
    expect([...candidates]).toEqual(expected);
    expect([...distortions[0]!]).toEqual(expected.map((row) => measured.pruned[row]));
  }
});

import fc from 'fast-check';
import { mix, RandomStream } from '../../src/random/random-stream.js';
import { shuffledRows } from '../../src/random/shuffled-rows.js';

const draw = (random: RandomStream, count: number) =>
  Array.from({ length: count }, () => random.nextUint32());

it('gives the same numbers for the same seed and stream, and others for others', () => {
  const first = draw(new RandomStream(1, 0), 4);
  expect(draw(new RandomStream(1, 0), 4)).toEqual(first);
  for (const [seed, stream] of [
    [2, 0],
    [1, 1],
    [1 + 2 ** 32, 0],
    [1, 2 ** 32],
  ] as const) {
    expect(draw(new RandomStream(seed, stream), 4)).not.toEqual(first);
  }
});

it('draws uniform and normal numbers', () => {
  const random = new RandomStream(7);
  const count = 100_000;
  const buckets = new Int32Array(10);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    buckets[random.nextBelow(10)]!++;
    const normal = random.nextNormal();
    sum += normal;
    squares += normal * normal;
  }
  // Five standard deviations: the seed is fixed, so that this holds always or never.
  for (const bucket of buckets)
    expect(Math.abs(bucket - count / 10)).toBeLessThan(5 * Math.sqrt(count * 0.09));
  expect(Math.abs(sum / count)).toBeLessThan(5 / Math.sqrt(count));
  expect(Math.abs(squares / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
});

it('mixes without collisions', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(2 ** 32 - 1)), (values) => {
      expect(new Set(values.map(mix)).size).toBe(values.length);
    }),
  );
});

it('shuffles every row once, in another order for another seed', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(), (length, seed) => {
      const rows = shuffledRows(length, new RandomStream(seed));
      expect([...rows].sort((a, b) => a - b)).toEqual([...Array(length).keys()]);
    }),
  );
  expect(shuffledRows(50, new RandomStream(1))).not.toEqual(shuffledRows(50, new RandomStream(2)));
  // Each of the 6 orders of 3 rows comes up about as often.
  const orders = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffledRows(3, new RandomStream(seed)).join();
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(orders.size).toBe(6);
});

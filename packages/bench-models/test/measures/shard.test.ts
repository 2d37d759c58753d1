import fc from 'fast-check';
import { itemsOfShard } from '../../src/measures/shard.js';

test('the parts one after another are all items, and differ by at most one in length', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (items, count) => {
      const parts = Array.from({ length: count }, (_, i) => itemsOfShard(items, { index: i + 1, count }));
      expect(parts.flat()).toEqual(items);
      const lengths = parts.map(({ length }) => length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }),
  );
  expect(itemsOfShard([1, 2], undefined)).toEqual([1, 2]);
});

import { SpareArrays } from '../src/made/spare-arrays.js';

test('an array that is given back is taken again, once, and only where its length is wanted', () => {
  const spare = new SpareArrays();
  const [first, second] = [spare.take(3), spare.take(3)];
  expect(first).not.toBe(second);
  spare.give(first);
  spare.give(second);
  expect(spare.take(4)).toHaveLength(4);
  const again = [spare.take(3), spare.take(3), spare.take(3)];
  expect(new Set([...again, first, second]).size).toBe(3);
});

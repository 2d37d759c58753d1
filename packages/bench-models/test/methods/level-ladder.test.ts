import { levelLadder } from '../../src/methods/grid/level-ladder.js';

test('97 levels over 12 octaves, each keeping 8 % less than the one before', () => {
  const levels = levelLadder({ norm: 'L1' }).map(({ sparsityLevel }) => sparsityLevel!);
  expect(levels).toHaveLength(97);
  expect([0, 8, 16, 96].map((step) => levels[step])).toEqual([0, 0.5, 0.75, 0.999756]);
  expect(1 - levels[1]!).toBeCloseTo(0.917, 3);
});

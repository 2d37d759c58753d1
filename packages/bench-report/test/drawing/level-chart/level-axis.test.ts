import { levelAxis } from '../../../src/drawing/level-chart/level-axis.js';

const grid = [
  ...Array.from({ length: 10 }, (_, i) => i / 10),
  ...Array.from({ length: 10 }, (_, i) => (91 + i) / 100),
];

test("each step of the benchmark's levels is as wide as the next", () => {
  const axis = levelAxis({ levels: grid, labels: 'each' });
  const positions = grid.map(axis.position);
  positions.slice(1).forEach((position, index) => expect(position - positions[index]!).toBeCloseTo(1, 9));
  expect(axis.length).toBeCloseTo(19, 9);
  expect(axis.stretchedFrom).toBe(9);
  expect(axis.ticks.map(axis.label)).toEqual(grid.map(String));
});

test('an axis without levels between 0.9 and 1 is not stretched', () => {
  const axis = levelAxis({ levels: [0, 0.9, 1], labels: 'each' });
  expect(axis.stretchedFrom).toBeUndefined();
  expect([0, 0.25, 0.9, 1].map(axis.position)).toEqual([0, 2.5, 9, 10]);
});

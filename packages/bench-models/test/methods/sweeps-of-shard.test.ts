import fc from 'fast-check';
import { blockNorm } from '../../src/methods/block-norm/block-norm.js';
import { sweepsOfShard } from '../../src/methods/grid/sweeps-of-shard.js';

test('the shards in order are the models of the grid, in parts that differ by at most one model', () => {
  const grid = blockNorm.grid({});
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
      const shards = Array.from({ length: count }, (_, i) => sweepsOfShard(grid, { index: i + 1, count }));
      expect(shards.flat(2)).toEqual(grid.flat());
      const lengths = shards.map((sweeps) => sweeps.flat().length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a shard has only the norms and block shapes of its models', () => {
  const grid = blockNorm.grid({ sparsityLevels: [0, 0.5, 1] });
  const named = (sweeps: typeof grid) =>
    sweeps.map((points) => [blockNorm.curve(points[0]!).name, ...points.map((point) => point.sparsityLevel)]);
  // Nine models of L1 1x1, L1 1x4 and L2 1x4: four in the first half, five in the second.
  expect(named(sweepsOfShard(grid, { index: 1, count: 2 }))).toEqual([
    ['L1, blocks (1, 1)', 0, 0.5, 1],
    ['L1, blocks (1, 4)', 0],
  ]);
  expect(named(sweepsOfShard(grid, { index: 2, count: 2 }))).toEqual([
    ['L1, blocks (1, 4)', 0.5, 1],
    ['L2, blocks (1, 4)', 0, 0.5, 1],
  ]);
});

test('the whole grid where there are no shards', () => {
  expect(sweepsOfShard(blockNorm.grid({}), undefined)).toEqual(blockNorm.grid({}));
});

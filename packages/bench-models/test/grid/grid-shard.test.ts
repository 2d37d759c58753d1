import fc from 'fast-check';
import { benchmarkGrid, type GridRow } from '../../src/grid/grid.js';
import { gridRowsOfShard } from '../../src/grid/grid-shard.js';

/** The models of a grid, in its order. */
const models = (rows: readonly GridRow[]) =>
  rows.flatMap(({ norm, sparseBlockShape, sparsityLevels }) =>
    sparsityLevels.map((level) => `${norm} ${sparseBlockShape.join('x')} ${level}`),
  );

test('the shards in order are the models of the grid, in parts that differ by at most one model', () => {
  const grid = benchmarkGrid();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
      const shards = Array.from({ length: count }, (_, i) => gridRowsOfShard(grid, { index: i + 1, count }));
      expect(shards.flatMap(models)).toEqual(models(grid));
      const lengths = shards.map((rows) => models(rows).length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a shard has only the norms and block shapes of its models', () => {
  const grid = benchmarkGrid({ sparsityLevels: [0, 0.5, 1] });
  // Nine models of L1 1x1, L1 1x4 and L2 1x4: four in the first half, five in the second.
  expect(gridRowsOfShard(grid, { index: 1, count: 2 })).toEqual([
    { norm: 'L1', sparseBlockShape: [1, 1], sparsityLevels: [0, 0.5, 1] },
    { norm: 'L1', sparseBlockShape: [1, 4], sparsityLevels: [0] },
  ]);
  expect(gridRowsOfShard(grid, { index: 2, count: 2 })).toEqual([
    { norm: 'L1', sparseBlockShape: [1, 4], sparsityLevels: [0.5, 1] },
    { norm: 'L2', sparseBlockShape: [1, 4], sparsityLevels: [0, 0.5, 1] },
  ]);
});

test('the whole grid where there are no shards', () => {
  expect(gridRowsOfShard(benchmarkGrid(), undefined)).toEqual(benchmarkGrid());
});

import { levelSweep } from '@ds/data-sparsifier';
import { blockGrid } from '../../src/selection/ranking/block-grid.js';
import { naiveMask } from '../naive-mask.js';
import { randomTable } from '../random-table.js';

test.each([
  [[6, 4], 6, 4],
  [[1, 6, 1, 4], 6, 4],
  [[6, 4, 1], 6, 4],
  [[24], 1, 24],
  [[24, 1], 1, 24],
  [[1, 24], 1, 24],
  [[1, 1], 1, 1],
  [[], 1, 1],
])('a table of shape %j is a matrix of %i rows and %i columns', (shape, rows, columns) => {
  expect(blockGrid('t', shape, [1, 1])).toMatchObject({ rows, columns, blocks: rows * columns });
  const sparseBlockShape = [2, 3] as const;
  const { data } = randomTable(6, shape);
  const mask = levelSweep({ table: { data, shape }, levels: [0.5], sparseBlockShape }).mask(0.5);
  expect(mask).toEqual(
    naiveMask(data, [rows, columns], { sparsityLevel: 0.5, sparseBlockShape, norm: 'L1' }),
  );
});

test('blocks at the edges may be smaller', () => {
  expect(blockGrid('t', [7, 10], [3, 4])).toEqual({
    ...{ rows: 7, columns: 10, blockRows: 3, blockColumns: 4 },
    ...{ gridRows: 3, gridColumns: 3, blocks: 9 },
  });
});

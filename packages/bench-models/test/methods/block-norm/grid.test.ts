import { benchmarkGrid, defaultSparsityLevels } from '../../../src/methods/block-norm/grid.js';

const pairs = (grid: ReturnType<typeof benchmarkGrid>) =>
  grid.map(({ norm, sparseBlockShape }) => `${norm} ${sparseBlockShape.join('x')}`);

describe('benchmarkGrid', () => {
  test("is the original's by default: 20 levels of three norms and shapes, 60 models", () => {
    const grid = benchmarkGrid();
    expect(pairs(grid)).toEqual(['L1 1x1', 'L1 1x4', 'L2 1x4']);
    expect(grid.every(({ sparsityLevels }) => sparsityLevels.length === 20)).toBe(true);
    expect(defaultSparsityLevels).toEqual([
      0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99,
      1.0,
    ]);
  });

  test("has the README's 80 models with all combinations", () => {
    const grid = benchmarkGrid({ allCombinations: true });
    expect(pairs(grid)).toEqual(['L1 1x1', 'L1 1x4', 'L2 1x1', 'L2 1x4']);
    expect(grid.flatMap(({ sparsityLevels }) => sparsityLevels)).toHaveLength(80);
  });

  test('keeps L2 with 1x1 where L1 is not asked for', () => {
    expect(pairs(benchmarkGrid({ norms: ['L2'] }))).toEqual(['L2 1x1', 'L2 1x4']);
  });

  test('keeps L2 with blocks of several rows of one value', () => {
    const sparseBlockShapes = [[4, 1] as const, [1, 1] as const];
    expect(pairs(benchmarkGrid({ sparseBlockShapes }))).toEqual(['L1 4x1', 'L1 1x1', 'L2 4x1']);
  });

  test.each([
    [{ sparsityLevels: [0.5, 1.5] }, 'sparsity level: expected a number from 0 to 1, found 1.5'],
    [{ sparsityLevels: [-0.1] }, 'sparsity level: expected a number from 0 to 1, found -0.1'],
    [{ sparsityLevels: [NaN] }, 'sparsity level: expected a number from 0 to 1, found NaN'],
    [{ sparsityLevels: [] }, 'sparsity levels: expected at least one, found none'],
    [{ sparsityLevels: [0.5, 0.5] }, 'sparsity levels: expected each once, found 0.5 twice'],
    [{ norms: ['L1', 'L3'] }, "norm: expected L1 or L2, found 'L3'"],
    [{ norms: ['L1', 'L2', 'L1'] }, 'norms: expected each once, found L1 twice'],
    [{ sparseBlockShapes: [] }, 'sparse block shapes: expected at least one, found none'],
    [
      { sparseBlockShapes: [[1, 4] as const, [1, 4] as const] },
      'sparse block shapes: expected each once, found (1, 4) twice',
    ],
    [{ norms: [] }, 'norms: expected at least one, found none'],
    [
      { sparseBlockShapes: [[0, 4] as const] },
      'sparse block shape: expected two whole numbers of at least 1, found 0x4',
    ],
    [
      { sparseBlockShapes: [[1, 1.5] as const] },
      'sparse block shape: expected two whole numbers of at least 1, found 1x1.5',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => benchmarkGrid(options)).toThrow(message);
  });
});

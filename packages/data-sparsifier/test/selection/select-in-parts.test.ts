import fc from 'fast-check';
import type { NormConfig, Norm } from '@ds/data-sparsifier';
import { planSweep } from '../../src/selection/plan-sweep.js';
import { selectInParts } from '../../src/selection/select-in-parts.js';
import { runSelectionTask, type SelectionTask } from '../../src/selection/select-task.js';
import { arbitraryBlocks, arbitraryLevel, arbitraryMatrix, arbitraryNorm } from '../arbitrary-table.js';
import { naiveMask } from '../naive-mask.js';
import { randomTable } from '../random-table.js';

interface Matrix {
  data: Float32Array;
  shape: readonly [number, number];
}

/** Selects with the tasks run in this thread, which the threads otherwise run; with the steps of these tasks. */
async function select(
  { data, shape }: Matrix,
  { sparsityLevels, ...config }: Omit<NormConfig, 'sparsityLevel'> & { norm: Norm; sparsityLevels: number[] },
  { parts, output }: { parts: number; output: 'mask' | 'ranks' },
) {
  const plan = planSweep('t', { data, shape }, { levels: sparsityLevels, ...config });
  const target = new Uint8Array(output === 'mask' ? data.length : plan.grid.blocks).fill(9);
  const steps: SelectionTask['step'][][] = [];
  await selectInParts({ data, plan, output, target }, parts, (tasks) => {
    steps.push(tasks.map(({ step }) => step));
    return Promise.resolve(tasks.map(runSelectionTask));
  });
  return { target, steps };
}

/** The number of levels, ascending, whose mask keeps each value. */
function keptByDefinition(
  { data, shape }: Matrix,
  config: Omit<NormConfig, 'sparsityLevel'> & { norm: Norm },
) {
  return (levels: readonly number[]) => {
    const masks = levels.map((sparsityLevel) => naiveMask(data, shape, { ...config, sparsityLevel }));
    return Uint8Array.from(data, (_, i) => masks.filter((mask) => mask[i] === 1).length);
  };
}

const arbitraryRow = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 })
  .map((values): Matrix => ({ data: Float32Array.from(values), shape: [1, values.length] }));
const arbitraryParts = fc.integer({ min: 1, max: 6 });

test('makes the mask of the definition from any number of parts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(arbitraryMatrix, arbitraryRow),
      arbitraryBlocks,
      arbitraryLevel,
      arbitraryNorm,
      arbitraryParts,
      async (table, blocks, level, norm, parts) => {
        const config = { ...blocks, norm };
        const { target } = await select(
          table,
          { ...config, sparsityLevels: [level] },
          { parts, output: 'mask' },
        );
        expect(target).toEqual(naiveMask(table.data, table.shape, { ...config, sparsityLevel: level }));
      },
    ),
    { numRuns: 150 },
  );
});

test('makes the ranks of the definition from any number of parts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(arbitraryMatrix, arbitraryRow),
      fc.uniqueArray(arbitraryLevel, { minLength: 1, maxLength: 5 }),
      arbitraryNorm,
      arbitraryParts,
      async (table, levels, norm, parts) => {
        const config = { sparseBlockShape: [1, 1] as const, norm };
        const { target } = await select(
          table,
          { ...config, sparsityLevels: levels },
          { parts, output: 'ranks' },
        );
        // A level keeps the blocks of a higher rank, so the rank is the number of levels that keep the block.
        expect(target).toEqual(keptByDefinition(table, config)(levels));
      },
    ),
    { numRuns: 100 },
  );
});

describe('the steps', () => {
  const times = <Step>(count: number, step: Step) => Array.from({ length: count }, () => step);
  const config = { sparseBlockShape: [1, 4] as const, norm: 'L1' as const };
  const varied: Matrix = {
    data: randomTable(1, [30, 4]).data.map((value, i) => value * 2 ** (i % 30)),
    shape: [30, 4],
  };

  test.each([
    ['mask', 'mask', [1, 4], ['count', 'rank', 'mask']],
    ['mask of single values, which are its own ranks', 'mask', [1, 1], ['count', 'rank']],
    ['ranks', 'ranks', [1, 4], ['count', 'rank']],
  ] as const)('one task for each part and step: %s', async (_, output, sparseBlockShape, expected) => {
    const { steps } = await select(
      varied,
      { ...config, sparseBlockShape, sparsityLevels: [0.5] },
      { parts: 3, output },
    );
    expect(steps).toEqual(expected.map((step) => times(3, step)));
  });

  test('has no more parts than the table has rows of blocks', async () => {
    const { steps } = await select(
      varied,
      { norm: 'L1', sparseBlockShape: [8, 4], sparsityLevels: [0.5] },
      { parts: 7, output: 'mask' },
    );
    expect(steps).toEqual(['count', 'rank', 'mask'].map((step) => times(4, step)));
  });

  test('a table of one row is divided between its columns', async () => {
    const { steps } = await select(
      { data: varied.data, shape: [1, 120] },
      { ...config, sparsityLevels: [0.5] },
      { parts: 3, output: 'mask' },
    );
    expect(steps).toEqual(['count', 'rank', 'mask'].map((step) => times(3, step)));
  });

  test('ranks the whole table at once where most blocks are nearly equal', async () => {
    const data = new Float32Array(120).fill(0.5);
    const { target, steps } = await select(
      { data, shape: [30, 4] },
      { ...config, sparsityLevels: [0.5] },
      { parts: 3, output: 'mask' },
    );
    expect(steps).toEqual([times(3, 'count'), ['whole']]);
    expect(target).toEqual(naiveMask(data, [30, 4], { ...config, sparsityLevel: 0.5 }));
    const ranks = await select(
      { data, shape: [30, 4] },
      { ...config, sparsityLevels: [0.25, 0.5] },
      { parts: 3, output: 'ranks' },
    );
    // Equal blocks in order: round(30 * 0.25) and round(30 * 0.5) blocks, the first with a half to even.
    expect([...ranks.target]).toEqual([...times(8, 0), ...times(7, 1), ...times(15, 2)]);
  });
});

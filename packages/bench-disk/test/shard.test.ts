import fc from 'fast-check';
import { itemsOfShard, resolveShard, shardPath } from '../src/shard.js';

describe('resolveShard', () => {
  test.each([
    [undefined, {}, undefined],
    ['2/8', {}, { index: 2, count: 8 }],
    ['2/8', { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '6' }, { index: 2, count: 8 }],
    [undefined, { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '4' }, { index: 1, count: 4 }],
    [
      undefined,
      {
        SLURM_ARRAY_TASK_ID: '14',
        SLURM_ARRAY_TASK_MIN: '10',
        SLURM_ARRAY_TASK_STEP: '2',
        SLURM_ARRAY_TASK_COUNT: '4',
      },
      { index: 3, count: 4 },
    ],
    ['auto/3', { SLURM_ARRAY_TASK_ID: '2' }, { index: 3, count: 3 }],
    [undefined, { SLURM_ARRAY_TASK_ID: '2' }, undefined],
    ['auto/5', { JOB_COMPLETION_INDEX: '4' }, { index: 5, count: 5 }],
    [undefined, { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '2' }, { index: 2, count: 2 }],
    [undefined, { JOB_COMPLETION_INDEX: '1' }, undefined],
  ])('%p with %j is %j', (text, environment, shard) => {
    expect(resolveShard(text, environment)).toEqual(shard);
  });

  test.each([
    ['2', {}, "--shard: expected a part such as 2/8 or auto/8, found '2'"],
    ['0/8', {}, '--shard 0/8: expected a part from 1 to 8, found 0'],
    ['9/8', {}, '--shard 9/8: expected a part from 1 to 8, found 9'],
    ['1/0', {}, '--shard 1/0: expected a part from 1 to 0, found 1'],
    ['auto/8', {}, 'expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment, found neither'],
    [
      undefined,
      { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_COUNT: '4' },
      'task 4 of a Slurm array from 0: expected a part from 1 to 4, found 5',
    ],
    ['auto/2', { JOB_COMPLETION_INDEX: 'x' }, "JOB_COMPLETION_INDEX: expected a whole number, found 'x'"],
  ])('refuses %p with %j', (text, environment, message) => {
    expect(() => resolveShard(text, environment)).toThrow(message);
  });
});

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

test('the file of a part has its number before the extension', () => {
  expect(shardPath('a.b/metrics.csv', { index: 2, count: 8 })).toBe('a.b/metrics.2-of-8.csv');
  expect(shardPath('metrics', { index: 2, count: 8 })).toBe('metrics.2-of-8');
  expect(shardPath('metrics.csv', undefined)).toBe('metrics.csv');
});

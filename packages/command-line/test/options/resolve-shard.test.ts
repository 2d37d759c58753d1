import { InvalidArgumentError } from 'commander';
import { parseShard, resolveShard, shardNote } from '../../src/options/resolve-shard.js';

const resolve = (text: string | undefined, environment: Record<string, string>) =>
  resolveShard(text === undefined ? undefined : parseShard(text), environment);

describe('parseShard', () => {
  test.each([
    ['2', "Expected a part such as 2/8, auto/8 or auto, found '2'."],
    ['nonsense', "Expected a part such as 2/8, auto/8 or auto, found 'nonsense'."],
    ['0/8', "Expected a part from 1 to 8, found '0/8'."],
    ['9/8', "Expected a part from 1 to 8, found '9/8'."],
    ['1/0', "Expected at least one part, found '1/0'."],
    ['auto/0', "Expected at least one part, found 'auto/0'."],
  ])('%s is wrong usage', (text, message) => {
    expect(() => parseShard(text)).toThrow(new InvalidArgumentError(message));
  });
});

describe('resolveShard', () => {
  test.each([
    [undefined, {}, undefined],
    ['2/8', {}, { index: 2, count: 8 }],
    ['2/8', { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '6' }, { index: 2, count: 8 }],
    ['auto', { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '4' }, { index: 1, count: 4 }],
    [undefined, { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '4' }, undefined],
    [undefined, { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '2' }, undefined],
    [
      'auto',
      {
        SLURM_ARRAY_TASK_ID: '14',
        SLURM_ARRAY_TASK_MIN: '10',
        SLURM_ARRAY_TASK_STEP: '2',
        SLURM_ARRAY_TASK_COUNT: '4',
      },
      { index: 3, count: 4 },
    ],
    ['auto/3', { SLURM_ARRAY_TASK_ID: '2' }, { index: 3, count: 3 }],
    ['auto/5', { JOB_COMPLETION_INDEX: '4' }, { index: 5, count: 5 }],
    ['auto', { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '2' }, { index: 2, count: 2 }],
    ['1/1', { JOB_COMPLETION_INDEX: '1' }, { index: 1, count: 1 }],
  ])('%p with %j is %j', (text, environment, shard) => {
    expect(resolve(text, environment)).toEqual(shard);
  });

  test.each([
    [
      'auto/8',
      {},
      '--shard auto/8: expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment, found neither',
    ],
    [
      'auto',
      { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_COUNT: '4' },
      'task 4 of a Slurm array from 0: expected a part from 1 to 4, found 5',
    ],
    [
      'auto',
      { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '3' },
      'task 7 of a Slurm array from 0: expected a part from 1 to 3, found 8',
    ],
    [
      'auto',
      { SLURM_ARRAY_TASK_ID: '2' },
      'task 2 of a Slurm array from 0: expected the number of parts in SLURM_ARRAY_TASK_COUNT',
    ],
    [
      'auto',
      { JOB_COMPLETION_INDEX: '1' },
      'JOB_COMPLETION_INDEX 1: expected the number of parts in JOB_COMPLETIONS or as --shard auto/8, found neither',
    ],
    [
      'auto',
      {},
      '--shard auto: expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment, found neither',
    ],
    ['auto/2', { JOB_COMPLETION_INDEX: 'x' }, "JOB_COMPLETION_INDEX: expected a whole number, found 'x'"],
  ])('refuses %p with %j', (text, environment, message) => {
    expect(() => resolve(text, environment)).toThrow(message);
  });
});

describe('shardNote', () => {
  const note = (text: string | undefined, environment: Record<string, string>) => {
    const wanted = text === undefined ? undefined : parseShard(text);
    return shardNote(resolveShard(wanted, environment), wanted, environment);
  };

  test.each([
    ['2/8', {}, 'part 2 of 8: from --shard'],
    ['auto/8', { SLURM_ARRAY_TASK_ID: '3' }, 'part 4 of 8: SLURM_ARRAY_TASK_ID is 3'],
    [
      undefined,
      { JOB_COMPLETION_INDEX: '3' },
      'processing everything, not one part: JOB_COMPLETION_INDEX is set, but --shard auto was not given',
    ],
    [undefined, {}, undefined],
  ])('of %p with %j is %p', (text, environment, expected) => {
    expect(note(text, environment)).toBe(expected);
  });
});

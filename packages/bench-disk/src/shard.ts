import { extname } from 'node:path';

/** One part of a benchmark that is spread over several processes or machines. */
export interface Shard {
  /** Which part, from 1. */
  index: number;
  /** Number of parts. */
  count: number;
}

/**
 * The part that a command works on. `2/8` says it outright; `auto/8` takes the number of the part from the
 * environment; without a text, number and count are both taken from there where it has them:
 *
 * - a Slurm array job: SLURM_ARRAY_TASK_ID (less SLURM_ARRAY_TASK_MIN, 0 if not set, in steps of
 *   SLURM_ARRAY_TASK_STEP, 1 if not set) of SLURM_ARRAY_TASK_COUNT
 * - a Kubernetes Indexed Job: JOB_COMPLETION_INDEX, from 0; Kubernetes does not tell the count, so it comes
 *   from `auto/8` or from JOB_COMPLETIONS, where the manifest sets that
 *
 * @returns undefined where the whole is meant
 * @throws Error naming the text or the variable that is not of this form or out of range.
 */
export function resolveShard(
  text: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Shard | undefined {
  const given = text === undefined ? undefined : /^(auto|\d+)\/(\d+)$/.exec(text);
  if (given === null) throw new Error(`--shard: expected a part such as 2/8 or auto/8, found '${text}'`);
  if (given && given[1] !== 'auto') return checked(Number(given[1]), Number(given[2]), `--shard ${text}`);

  const number = (name: string): number | undefined => {
    const value = environment[name];
    if (value === undefined || value === '') return undefined;
    if (!/^\d+$/.test(value)) throw new Error(`${name}: expected a whole number, found '${value}'`);
    return Number(value);
  };
  const count = given ? Number(given[2]) : undefined;
  const task = number('SLURM_ARRAY_TASK_ID');
  if (task !== undefined) {
    const first = number('SLURM_ARRAY_TASK_MIN') ?? 0;
    const step = number('SLURM_ARRAY_TASK_STEP') ?? 1;
    const all = count ?? number('SLURM_ARRAY_TASK_COUNT');
    return all === undefined
      ? undefined
      : checked((task - first) / step + 1, all, `task ${task} of a Slurm array from ${first}`);
  }
  const completion = number('JOB_COMPLETION_INDEX');
  if (completion !== undefined) {
    const all = count ?? number('JOB_COMPLETIONS');
    return all === undefined ? undefined : checked(completion + 1, all, `JOB_COMPLETION_INDEX ${completion}`);
  }
  if (!given) return undefined;
  throw new Error(
    `--shard ${text}: expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment, found neither`,
  );
}

function checked(index: number, count: number, what: string): Shard {
  if (!(Number.isSafeInteger(index) && index >= 1 && index <= count)) {
    throw new Error(`${what}: expected a part from 1 to ${count}, found ${index}`);
  }
  return { index, count };
}

/** The items of a part: consecutive ones, so that all parts one after another are all items in their order. */
export function itemsOfShard<Item>(items: readonly Item[], shard: Shard | undefined): readonly Item[] {
  if (!shard) return items;
  const boundary = (part: number) => Math.floor((part * items.length) / shard.count);
  return items.slice(boundary(shard.index - 1), boundary(shard.index));
}

/** The file of a part: `metrics.csv` becomes `metrics.2-of-8.csv`; the path itself without a part. */
export function shardPath(path: string, shard: Shard | undefined): string {
  if (!shard) return path;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return `${stem}.${shard.index}-of-${shard.count}${extension}`;
}

import type { Shard } from '@ds/files';
import { InvalidArgumentError } from 'commander';

/** A part as requested: by number, or taken from the environment. */
interface WantedShard {
  index: number | 'auto';
  /** Number of parts; undefined to take it from the environment too. */
  count: number | undefined;
}

/** A commander parser for parts: `2/8`, `auto/8` or `auto`. */
export function parseShard(text: string): WantedShard {
  if (text === 'auto') return { index: 'auto', count: undefined };
  const given = /^(auto|\d+)\/(\d+)$/.exec(text);
  if (!given) throw new InvalidArgumentError(`Expected a part such as 2/8, auto/8 or auto, found '${text}'.`);
  const index = given[1] === 'auto' ? 'auto' : Number(given[1]);
  const count = Number(given[2]);
  if (count < 1) throw new InvalidArgumentError(`Expected at least one part, found '${text}'.`);
  if (index !== 'auto' && !isPart(index, count))
    throw new InvalidArgumentError(`Expected a part from 1 to ${count}, found '${text}'.`);
  return { index, count };
}

/**
 * The part that a command processes. For `auto` its number comes from the environment, and for a bare `auto` the number
 * of parts too:
 *
 * - a Slurm array job: SLURM_ARRAY_TASK_ID (minus SLURM_ARRAY_TASK_MIN, 0 if not set, in steps of
 *   SLURM_ARRAY_TASK_STEP, 1 if not set) of SLURM_ARRAY_TASK_COUNT
 * - a Kubernetes Indexed Job: JOB_COMPLETION_INDEX, from 0; Kubernetes does not tell the count, so it comes
 *   from `auto/8` or from JOB_COMPLETIONS, where the manifest sets that
 *
 * Without a requested part, everything is processed, whatever the environment says.
 *
 * @throws Error naming a variable that is missing, not a number or out of range.
 */
export function resolveShard(
  wanted: WantedShard | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Shard | undefined {
  if (!wanted) return undefined;
  if (wanted.index !== 'auto') return { index: wanted.index, count: wanted.count! };

  const number = (name: string): number | undefined => {
    const value = environment[name];
    if (value === undefined || value === '') return undefined;
    if (!/^\d+$/.test(value)) throw new Error(`${name}: expected a whole number, found '${value}'`);
    return Number(value);
  };
  const countFrom = (name: string, task: string): number => {
    const count = wanted.count ?? number(name);
    if (count !== undefined) return count;
    throw new Error(`${task}: expected the number of parts in ${name} or as --shard auto/8, found neither`);
  };
  const task = number('SLURM_ARRAY_TASK_ID');
  if (task !== undefined) {
    const first = number('SLURM_ARRAY_TASK_MIN') ?? 0;
    const step = number('SLURM_ARRAY_TASK_STEP') ?? 1;
    const what = `task ${task} of a Slurm array from ${first}`;
    return checked((task - first) / step + 1, countFrom('SLURM_ARRAY_TASK_COUNT', what), what);
  }
  const completion = number('JOB_COMPLETION_INDEX');
  if (completion !== undefined) {
    const what = `JOB_COMPLETION_INDEX ${completion}`;
    return checked(completion + 1, countFrom('JOB_COMPLETIONS', what), what);
  }
  const flag = wanted.count === undefined ? 'auto' : `auto/${wanted.count}`;
  throw new Error(
    `--shard ${flag}: expected SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX in the environment, found neither`,
  );
}

/** A note on the part that a command processes, and why; undefined if there is nothing to say. */
export function shardNote(
  shard: Shard | undefined,
  wanted: WantedShard | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const variable = ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX'].find((name) => environment[name]);
  if (shard) {
    const why = wanted?.index === 'auto' ? `${variable} is ${environment[variable!]}` : 'from --shard';
    return `part ${shard.index} of ${shard.count}: ${why}`;
  }
  return (
    variable && `processing everything, not one part: ${variable} is set, but --shard auto was not given`
  );
}

function checked(index: number, count: number, what: string): Shard {
  if (!isPart(index, count)) throw new Error(`${what}: expected a part from 1 to ${count}, found ${index}`);
  return { index, count };
}

function isPart(index: number, count: number): boolean {
  return Number.isSafeInteger(index) && index >= 1 && index <= count;
}

/** One part of a command's work, which several processes or machines share. */
interface Shard {
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
 * @throws Error naming the text or the variable that is not of this form or out of range, or a count that is missing:
 *   each task would then do the whole.
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
  const countFrom = (name: string, task: string): number => {
    const count = given ? Number(given[2]) : number(name);
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

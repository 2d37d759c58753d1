import type { Progress } from '@ds/command-line';

/** Reports how much of a stage is done, out of `total`. */
export type OnProgress = (done: number, total: number) => void;

/** Runs the stages of a job one after another, with progress for each stage and for the whole job. */
export interface Stages {
  /**
   * Runs one of the planned stages.
   *
   * @throws Error of the stage, prefixed with the stage's name.
   */
  run<Result>(name: string, work: (onProgress: OnProgress) => Promise<Result>): Promise<Result>;
  /** Skips one of the planned stages, which took `seconds` in an earlier run. */
  pass(name: string, seconds: number): void;
  /** Seconds that each stage took, in order. */
  readonly seconds: ReadonlyMap<string, number>;
}

/** Creates the stages of a plan: names, each with its share of the whole job in any unit. */
export function createStages(progress: Progress, plan: ReadonlyMap<string, number>): Stages {
  const totalShare = [...plan.values()].reduce((sum, share) => sum + share, 0);
  const overall = progress.stage('all stages');
  const seconds = new Map<string, number>();
  let finished = 0;
  const show = (share: number) => overall(Math.min(100, Math.round((100 * share) / totalShare)), 100);
  return {
    seconds,
    pass(name, took) {
      finished += plan.get(name) ?? 0;
      seconds.set(name, took);
      show(finished);
    },
    async run(name, work) {
      const share = plan.get(name) ?? 0;
      const stage = progress.stage(name);
      const start = performance.now();
      show(finished);
      try {
        const result = await work((done, total) => {
          stage(done, total);
          show(finished + (total > 0 ? share * (done / total) : 0));
        });
        finished += share;
        show(finished);
        seconds.set(name, (performance.now() - start) / 1000);
        return result;
      } catch (error) {
        throw new Error(`stage '${name}' failed: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

import type { BenchmarkOptions } from './options.js';

/** How the forward pass is timed. */
export interface ForwardPlan {
  /** Passes for each model; the first is not counted. */
  runs: number;
  sparsityLevels: readonly number[];
  /** Whether every level is timed with the original's 100 runs. */
  full: boolean;
}

const fewLevels = [0, 0.9, 1];

/** Every level and 100 runs, or only a few of both, because the full measurement takes an hour and the rest minutes. */
export function forwardPlan({
  fullForward,
  forwardRuns,
  sparsityLevels,
}: Pick<BenchmarkOptions, 'fullForward' | 'forwardRuns' | 'sparsityLevels'>): ForwardPlan {
  if (fullForward) return { runs: 100, sparsityLevels, full: true };
  const few = fewLevels.filter((level) => sparsityLevels.includes(level));
  return {
    runs: forwardRuns,
    sparsityLevels: few.length > 0 ? few : sparsityLevels.slice(0, 3),
    full: false,
  };
}

import type { runActivationsBenchmark } from '@ds/bench-activations';
import type { BenchmarkOptions } from './options.js';

/** How the forward pass is timed. */
export interface ForwardPlan {
  /** Passes for each model; the first is not counted. */
  runs: number;
  sparsityLevels: readonly number[];
  /** Whether every level is timed with the original's 100 runs. */
  full: boolean;
}

/** What of the sparse activations is measured, as `runActivationsBenchmark` takes it. */
export type ActivationsPlan = Pick<
  Parameters<typeof runActivationsBenchmark>[0],
  'sparsityLevels' | 'scores' | 'calibrationRows' | 'runs'
>;

const fewLevels = [0, 0.9, 1];
const fewActivationLevels = [0, 0.5, 0.9];

/** Every level and score, or a few of both; of the few levels those of the models, if there are any. */
export function activationsPlan({
  fullForward,
  forwardRuns,
  sparsityLevels,
}: Pick<BenchmarkOptions, 'fullForward' | 'forwardRuns' | 'sparsityLevels'>): ActivationsPlan {
  if (fullForward) return {};
  const few = fewActivationLevels.filter((level) => sparsityLevels.includes(level));
  return {
    sparsityLevels: few.length > 0 ? few : fewActivationLevels,
    scores: ['wanda', 'curvature-about-mean'],
    calibrationRows: 20_000,
    runs: forwardRuns,
  };
}

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

import type { Score } from './score.js';

/** The mean of the absolute values. */
export const meanMagnitude: Score = {
  id: 'mean-magnitude',
  of: ({ magnitudes, examples }) => magnitudes.map((sum) => sum / examples),
};

import type { Score } from './score.js';

/** The mean, whatever its sign: what PyTorch's own example of an activation sparsifier reduces to. */
export const mean: Score = {
  id: 'mean',
  of: ({ values, examples }) => values.map((sum) => Math.abs(sum) / examples),
};

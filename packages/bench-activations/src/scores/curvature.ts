import type { Score } from './score.js';

/**
 * The increase of the log loss when only this column is dropped, to second order: half of the mean of p (1 - p) (g z)^2, where
 * g is the gradient of the logit (the diagonal of the Gauss-Newton matrix, as in Y. LeCun, J. Denker and S. Solla, "Optimal Brain
 * Damage", 1989).
 */
export const curvature: Score = {
  id: 'curvature',
  of: ({ curvedSquares, examples }) => curvedSquares.map((sum) => sum / (2 * examples)),
};

import type { Score } from './score.js';

/**
 * What a column's going adds to the log loss, to second order and by itself: half of the mean of p (1 - p) (g z)^2, g being
 * the gradient of the logit (the diagonal of the Gauss-Newton matrix, as in Y. LeCun, J. Denker and S. Solla, "Optimal Brain
 * Damage", 1989).
 */
export const curvature: Score = {
  id: 'curvature',
  of: ({ curvedSquares, examples }) => curvedSquares.map((sum) => sum / (2 * examples)),
};

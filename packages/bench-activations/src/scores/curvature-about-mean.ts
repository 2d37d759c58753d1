import type { Score } from './score.js';

/**
 * The same for columns that are replaced by their mean m, as in a model folded with means: half of the mean of
 * p (1 - p) g^2 (z - m)^2. A constant column scores 0.
 */
export const curvatureAboutMean: Score = {
  id: 'curvature-about-mean',
  of: ({ values, curvatures, curvedValues, curvedSquares, examples }) =>
    values.map((sum, column) => {
      const m = sum / examples;
      const about = curvedSquares[column]! - 2 * m * curvedValues[column]! + m * m * curvatures[column]!;
      return Math.max(0, about) / (2 * examples);
    }),
};

import type { Score } from './score.js';

/**
 * Weight times activation: |W_ij| ||z_j||_2 of M. Sun, Z. Liu, A. Bair and J. Z. Kolter, "A Simple and Effective Pruning
 * Approach for Large Language Models" (2023, https://arxiv.org/abs/2306.11695, section 3), which prunes single weights,
 * summed over the outputs i, because here whole columns are dropped.
 */
export const wanda: Score = {
  id: 'wanda',
  of({ squares, examples }, weight) {
    const width = squares.length;
    const magnitudes = new Float64Array(width);
    weight.forEach((value, place) => (magnitudes[place % width]! += Math.abs(value)));
    return magnitudes.map((sum, column) => sum * Math.sqrt(squares[column]! / examples));
  },
};

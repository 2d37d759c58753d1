import { curvatureAboutMean } from './curvature-about-mean.js';
import { curvature } from './curvature.js';
import { meanMagnitude } from './mean-magnitude.js';
import { mean } from './mean.js';
import type { Score } from './score.js';
import { wanda } from './wanda.js';

/** Every score, in the order of the rows. */
const scores: readonly Score[] = [mean, meanMagnitude, wanda, curvature, curvatureAboutMean];

/** Their names. */
export const scoreIds: readonly string[] = scores.map(({ id }) => id);

/** The score with a name. @throws Error naming an unknown one. */
export function scoreOf(id: string): Score {
  const score = scores.find((known) => known.id === id);
  if (!score) throw new Error(`score: expected ${scoreIds.join(' or ')}, found '${id}'`);
  return score;
}

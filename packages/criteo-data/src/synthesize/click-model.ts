import { RandomStream } from '../random/random-stream.js';
import { categoryCounts } from './column-shapes.js';
import { drawRow, type SyntheticRow } from './draw-row.js';
import { everyIdEvidence } from './every-id-evidence.js';
import { frequentIdsEvidence } from './frequent-ids-evidence.js';

/** How predictive rare ids are: hardly at all, or as much as any other. */
export type RareIds = 'weak' | 'informative';

/** The click-through rate of a Criteo-like log. */
const clickRate = 0.25;
/** Standard deviation of the log-odds, which determines how predictive the features are. */
const logOddsDeviation = 3;
const calibrationRows = 4096;

/** The possible values of `rareIds`. */
export const rareIdsChoices: readonly RareIds[] = ['weak', 'informative'];

const evidences = { weak: frequentIdsEvidence, informative: everyIdEvidence };

/**
 * The planted model that determines clicks. The log-odds of a row are the evidence of its features, which depends on the
 * seed and is scaled so that a good model can learn something and a pruned one can lose something.
 */
export class ClickModel {
  readonly #evidence: (row: SyntheticRow) => number;
  #scale = 1;
  #bias = 0;

  constructor({ rows, seed, rareIds }: { rows: number; seed: number; rareIds: RareIds }) {
    const counts = categoryCounts(rows);
    this.#evidence = evidences[rareIds]({ rows, counts, random: new RandomStream(seed, modelStream) });
    this.#calibrate(counts, new RandomStream(seed, calibrationStream));
  }

  /** Probability of a click. */
  probability(row: SyntheticRow): number {
    return 1 / (1 + Math.exp(-(this.#bias + this.#scale * this.#evidence(row))));
  }

  /** Scales the evidence to the target deviation and finds the bias for the target click-through rate. */
  #calibrate(counts: readonly number[], random: RandomStream): void {
    const evidence = Float64Array.from({ length: calibrationRows }, () =>
      this.#evidence(drawRow(random, counts)),
    );
    const mean = evidence.reduce((sum, value) => sum + value, 0) / calibrationRows;
    const variance = evidence.reduce((sum, value) => sum + (value - mean) ** 2, 0) / calibrationRows;
    this.#scale = logOddsDeviation / Math.sqrt(variance);
    let low = -20;
    let high = 20;
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      let clicks = 0;
      for (const value of evidence) clicks += 1 / (1 + Math.exp(-(middle + this.#scale * (value - mean))));
      if (clicks > clickRate * calibrationRows) high = middle;
      else low = middle;
    }
    this.#bias = low - this.#scale * mean;
  }
}

const modelStream = 0;
const calibrationStream = 1;
/** The first stream of the row blocks. */
export const firstRowStream = 2;

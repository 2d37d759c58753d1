import { RandomStream } from '../random/random-stream.js';
import { categoryCounts } from './column-shapes.js';
import { drawRow, type SyntheticRow } from './draw-row.js';
import { everyIdEvidence } from './every-id-evidence.js';
import { frequentIdsEvidence } from './frequent-ids-evidence.js';

/** How much the ids that come up rarely say about a click: little, or as much as any other. */
export type RareIds = 'weak' | 'informative';

/** The part of the clicks in a Criteo-like log. */
const clickRate = 0.25;
/** Standard deviation of the log-odds: how much the features say about the click. */
const logOddsDeviation = 3;
const calibrationRows = 4096;

/** What `rareIds` may be. */
export const rareIdsChoices: readonly RareIds[] = ['weak', 'informative'];

const evidences = { weak: frequentIdsEvidence, informative: everyIdEvidence };

/**
 * The planted teacher that decides on clicks. The log-odds of a row are the evidence in its features, drawn from
 * the seed, scaled so that a good model has something to find and a pruned one something to lose.
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

  /** Scales the evidence to the wanted deviation and finds the bias that gives the wanted rate of clicks. */
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
/** Streams of the row blocks begin here. */
export const firstRowStream = 2;

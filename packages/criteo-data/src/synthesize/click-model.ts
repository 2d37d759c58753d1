import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import { mix, RandomStream } from '../random/random-stream.js';
import { categoryCounts } from './column-shapes.js';
import { drawRow, type SyntheticRow } from './draw-row.js';

/** The part of the clicks in a Criteo-like log. */
const clickRate = 0.25;
/** Standard deviation of the log-odds: how much the features say about the click. */
const logOddsDeviation = 3;
const calibrationRows = 4096;
const cachedCategories = 1024;

/**
 * The planted teacher that decides on clicks. The log-odds of a row are the sum of an effect of each id, of
 * products of two ids' hidden traits for pairs of columns, and of the logarithms of the integers; all drawn from
 * the seed, scaled so that a good model has something to find and a pruned one something to lose.
 */
export class ClickModel {
  readonly #seed: number;
  readonly #pairs: readonly { first: number; second: number; weight: number }[];
  readonly #effectScale: Float64Array;
  readonly #integerWeights: Float64Array;
  /** Normal numbers of the first ids of each column: effect and trait. */
  readonly #cache: Float64Array;
  #scale = 1;
  #bias = 0;

  constructor({ rows, seed }: { rows: number; seed: number }) {
    const random = new RandomStream(seed, modelStream);
    this.#seed = random.nextUint32();
    const counts = categoryCounts(rows);
    // Ids of large tables are too rare to be learnt in one pass; their columns say little.
    this.#effectScale = Float64Array.from(counts, (count) => (count <= rareTable(rows) ? 1 : 0.3));
    const learnable = counts.flatMap((count, column) => (count <= rareTable(rows) ? [column] : []));
    this.#pairs = Array.from({ length: pairCount }, (_, i) => ({
      first: learnable[i % learnable.length]!,
      second: learnable[(i + 1 + random.nextBelow(learnable.length - 1)) % learnable.length]!,
      weight: 1,
    }));
    this.#integerWeights = Float64Array.from({ length: integerColumns }, () => 0.25 * random.nextNormal());
    this.#cache = new Float64Array(2 * categoricalColumns * cachedCategories);
    for (let column = 0; column < categoricalColumns; column++) {
      for (let rank = 0; rank < Math.min(counts[column]!, cachedCategories); rank++) {
        const at = 2 * (column * cachedCategories + rank);
        this.#cache[at] = this.#normal(column, rank, 0);
        this.#cache[at + 1] = this.#normal(column, rank, 1);
      }
    }
    this.#calibrate(rows, new RandomStream(seed, calibrationStream));
  }

  /** Probability of a click. */
  probability(row: SyntheticRow): number {
    return 1 / (1 + Math.exp(-(this.#bias + this.#scale * this.#evidence(row))));
  }

  #evidence({ integers, ranks }: SyntheticRow): number {
    let sum = 0;
    for (let column = 0; column < categoricalColumns; column++) {
      sum += this.#effectScale[column]! * this.#trait(column, ranks[column]!, 0);
    }
    for (const { first, second, weight } of this.#pairs) {
      sum += weight * this.#trait(first, ranks[first]!, 1) * this.#trait(second, ranks[second]!, 1);
    }
    for (let column = 0; column < integerColumns; column++) {
      const value = integers[column]!; // NaN where missing, which models see as 0
      if (value > 0) sum += this.#integerWeights[column]! * Math.log(value + 1);
    }
    return sum;
  }

  /** A missing category (rank -1) has traits like any other. */
  #trait(column: number, rank: number, which: 0 | 1): number {
    return rank >= 0 && rank < cachedCategories
      ? this.#cache[2 * (column * cachedCategories + rank) + which]!
      : this.#normal(column, rank, which);
  }

  /** A standard normal number (Box and Muller) that is a function of the id. */
  #normal(column: number, rank: number, which: 0 | 1): number {
    const first = mix(mix((rank ^ this.#seed) >>> 0) + 2 * column + which);
    const second = mix(first ^ 0x9e3779b9);
    return Math.sqrt(-2 * Math.log((first + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * second) / 2 ** 32);
  }

  /** Scales the evidence to the wanted deviation and finds the bias that gives the wanted rate of clicks. */
  #calibrate(rows: number, random: RandomStream): void {
    const counts = categoryCounts(rows);
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

const pairCount = 12;
const modelStream = 0;
const calibrationStream = 1;
/** Streams of the row blocks begin here. */
export const firstRowStream = 2;

function rareTable(rows: number): number {
  return Math.ceil(Math.sqrt(rows));
}

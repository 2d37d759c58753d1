import { RandomStream } from '../random/random-stream.js';

/** Which rows without a click are left out, as `--data-sub-sample-rate` of data_utils.py: each with the same probability. */
export interface Sampling {
  /** The probability that a row without a click is left out, in [0, 1]. */
  rate: number;
  /** Another seed leaves out other rows. */
  seed: number;
}

/**
 * Whether a row is left out: its own random number in [0, 1) is below the rate, whoever asks and in whatever order.
 *
 * @param row its number among all rows of all files, from 0
 */
export function isLeftOut(row: number, { rate, seed }: Sampling): boolean {
  return new RandomStream(seed, row).next() < rate;
}

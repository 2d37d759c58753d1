import { keyOf } from './ranking/block-keys.js';
import type { Norm } from '../sparsifiers/norm-config.js';
import { rankKeys } from './ranking/rank-by-digits.js';

// Below this many values, sorting is faster than histograms.
const fewValues = 512;
// Below this many, an insertion sort is faster than the built-in sort.
const veryFewValues = 24;

/**
 * Finds the smallest values of blocks, one block at a time: ascending by magnitude, NaN last, equal ones by position
 * (PyTorch's stable sort).
 */
export class SmallestInBlock {
  /** The magnitudes of the values of a block, row-major, to be set before `select`; NaN outside the table. */
  readonly sizes: Float32Array;
  readonly #bits: Int32Array;
  readonly #sorted: Float64Array;
  readonly #count: number;

  constructor(valuesPerBlock: number, count: number) {
    this.sizes = new Float32Array(valuesPerBlock);
    this.#bits = new Int32Array(this.sizes.buffer);
    this.#sorted = new Float64Array(valuesPerBlock <= fewValues ? valuesPerBlock : 0);
    this.#count = count;
  }

  /** Calls `visit` with the position in the block of each of the smallest values. */
  select(visit: (place: number) => void): void {
    const values = this.sizes.length;
    if (values <= fewValues) {
      const sorted = this.#sorted;
      // Magnitude and position in one number: at most 31 bits for the first, 9 for the second.
      for (let place = 0; place < values; place++)
        sorted[place] = keyOf(this.#bits[place]!) * fewValues + place;
      if (values <= veryFewValues) sortByInsertion(sorted);
      else sorted.sort();
      for (let i = 0; i < this.#count; i++) visit(sorted[i]! % fewValues);
      return;
    }
    const ranks = new Uint8Array(values);
    rankKeys(this.#bits, [this.#count], ranks);
    ranks.forEach((rank, place) => rank === 0 && visit(place));
  }
}

/** The magnitude of a value under a norm, in float32. */
export function sizeOf(value: number, norm: Norm): number {
  return norm === 'L2' ? value * value : Math.abs(value);
}

function sortByInsertion(values: Float64Array): void {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let place = i;
    for (; place > 0 && values[place - 1]! > value; place--) values[place] = values[place - 1]!;
    values[place] = value;
  }
}

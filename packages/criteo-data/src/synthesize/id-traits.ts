import { categoricalColumns } from '../criteo-columns.js';
import { mix } from '../random/random-stream.js';

const cachedIds = 1024;

/** Standard normal numbers for the ids of the columns, which depend only on the seed and the id. */
export class IdTraits {
  readonly #seed: number;
  readonly #traits: number;
  /** The numbers of the first ids of each column. */
  readonly #cache: Float64Array;

  /** `traits`: the numbers per id. `counts`: the ids per column. */
  constructor({ seed, traits, counts }: { seed: number; traits: number; counts: readonly number[] }) {
    this.#seed = seed;
    this.#traits = traits;
    this.#cache = new Float64Array(traits * categoricalColumns * cachedIds);
    for (let column = 0; column < categoricalColumns; column++) {
      for (let rank = 0; rank < Math.min(counts[column]!, cachedIds); rank++) {
        const at = traits * (column * cachedIds + rank);
        for (let trait = 0; trait < traits; trait++) {
          this.#cache[at + trait] = this.#normal(column, rank, trait);
        }
      }
    }
  }

  /** The number `trait` of an id. A missing one (rank -1) has traits like any other. */
  of(column: number, rank: number, trait: number): number {
    return rank >= 0 && rank < cachedIds
      ? this.#cache[this.#traits * (column * cachedIds + rank) + trait]!
      : this.#normal(column, rank, trait);
  }

  /** The Box-Muller transform of two hashes. */
  #normal(column: number, rank: number, trait: number): number {
    const first = mix(mix((rank ^ this.#seed) >>> 0) + this.#traits * column + trait);
    const second = mix(first ^ 0x9e3779b9);
    return Math.sqrt(-2 * Math.log((first + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * second) / 2 ** 32);
  }
}

import { TableMemory } from '@ds/data-sparsifier';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import { interactionKernel, type InteractionKernel } from './interaction-kernel.js';

// The kernel stores four values at once, and may write this far beyond the last example.
const paddingBytes = 16;

/**
 * The middle of the network for a part of a batch, computed in one WebAssembly memory: the feature vectors (the
 * bottom MLP's output, then the rows of each table), and from them what enters the top MLP.
 *
 * It replaces concatenation, batched matrix product and the selection of pairs, which move each number through
 * memory several times; here an example's vectors stay in the processor's first-level cache.
 * The memory is its own and never grows: the views that it hands out stay good.
 */
export class InteractionMemory {
  readonly #memory = new TableMemory();
  readonly #kernel: InteractionKernel;
  readonly #vectorCount: number;
  readonly #dim: number;
  readonly #vectors: number;
  readonly #live: number;
  readonly #scratch: number;
  readonly #features: number;

  /** @param capacity Examples that fit. */
  constructor({
    config: { embeddingDim: dim, tableRows, topMlp },
    capacity,
  }: {
    config: DlrmConfig;
    capacity: number;
  }) {
    this.#vectorCount = tableRows.length + 1;
    this.#dim = dim;
    const lanes = Math.ceil(this.#vectorCount / 4) * 4;
    this.#vectors = this.#memory.allocate(4 * this.#vectorCount * capacity * dim);
    this.#live = this.#memory.allocate(4 * this.#vectorCount);
    this.#scratch = this.#memory.allocate(4 * dim * lanes);
    this.#features = this.#memory.allocate(4 * capacity * topMlp[0]! + paddingBytes);
    this.#kernel = interactionKernel(this.#memory.linearMemory);
  }

  /** The first vector of each of `count` examples, the bottom MLP's output: (count, dim). */
  bottomOutput(count: number): Float32Array {
    return this.#memory.float32(this.#vectors, count * this.#dim);
  }

  /** The other vectors, the rows of the tables: (tables, count, dim). */
  rows(count: number): Float32Array {
    const [start, length] = [this.#vectorOffset(1, count), (this.#vectorCount - 1) * count * this.#dim];
    return this.#memory.float32(start, length);
  }

  /** The vectors that are not zero in every example, ascending; always with the bottom MLP's output. */
  liveVectors(count: number): Int32Array {
    const bytes = 4 * count * this.#dim;
    return this.#all().filter(
      (index) => index === 0 || this.#kernel.hasAnyBit(this.#vectorOffset(index, count), bytes) !== 0,
    );
  }

  /**
   * What enters the top MLP: the bottom MLP's output and the products of all pairs of live vectors, row by row
   * of the lower triangle, (count, dim + pairs).
   *
   * @param live as from `liveVectors`; default: all vectors
   */
  features(count: number, live: Int32Array = this.#all()): Float32Array {
    this.#memory.int32(this.#live, live.length).set(live);
    this.#kernel.interactFeatures(
      this.#vectors,
      this.#live,
      live.length,
      count,
      this.#dim,
      this.#features,
      this.#scratch,
    );
    const width = this.#dim + (live.length * (live.length - 1)) / 2;
    return this.#memory.float32(this.#features, count * width);
  }

  #all(): Int32Array {
    return Int32Array.from({ length: this.#vectorCount }, (_, index) => index);
  }

  #vectorOffset(index: number, count: number): number {
    return this.#vectors + 4 * index * count * this.#dim;
  }
}

/** The columns of the full features that remain when only these vectors take part, ascending. */
export function liveColumns(live: Int32Array, dim: number): Int32Array {
  const columns = Array.from({ length: dim }, (_, column) => column);
  live.forEach((row, place) => {
    for (const column of live.subarray(0, place)) columns.push(dim + (row * (row - 1)) / 2 + column);
  });
  return Int32Array.from(columns);
}

import type { TableMemory } from '@ds/data-sparsifier';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import { usedFeatureParts, usedTables, type FeatureParts } from '../../../models/dlrm/hooks/kept-features.js';
import type { ForwardKernel } from './forward-kernel.js';

// The kernel stores four values at a time, and may write this many bytes beyond the last example.
const paddingBytes = 16;

/** For a model with only some of the features: their positions for the kernel. */
interface KeptFeatures {
  columns: number;
  rows: number;
  /** The current contents of `rows`: the pairs of these live vectors, their count, and the count of numbers in the list. */
  list?: { of: string; count: number; listed: number };
}

/**
 * The interaction of a part of a batch, in a WebAssembly memory: the feature vectors (the bottom MLP's output, then the
 * rows of each used table), and from them the input of the top MLP.
 *
 * It replaces concatenation, batched matrix product and selection of pairs, which move each number through
 * memory several times; here an example's vectors stay in the CPU's first-level cache.
 */
export class InteractionMemory {
  readonly #memory: TableMemory;
  readonly #kernel: ForwardKernel;
  readonly #vectorCount: number;
  readonly #dim: number;
  readonly #vectors: number;
  readonly #live: number;
  readonly #scratch: number;
  readonly #features: number;
  readonly #parts: FeatureParts;
  readonly #kept: KeptFeatures | undefined;

  /** @param capacity The maximum number of examples. */
  constructor({
    memory,
    kernel,
    config,
    capacity,
  }: {
    memory: TableMemory;
    kernel: ForwardKernel;
    config: DlrmConfig;
    capacity: number;
  }) {
    this.#memory = memory;
    this.#kernel = kernel;
    const { embeddingDim: dim, topMlp } = config;
    this.#vectorCount = usedTables(config).length + 1;
    this.#dim = dim;
    const lanes = Math.ceil(this.#vectorCount / 4) * 4;
    this.#vectors = this.#memory.allocate(4 * this.#vectorCount * capacity * dim);
    this.#live = this.#memory.allocate(4 * this.#vectorCount);
    this.#scratch = this.#memory.allocate(4 * dim * lanes);
    this.#features = this.#memory.allocate(4 * capacity * topMlp[0]! + paddingBytes);
    this.#parts = usedFeatureParts(config);
    if (config.keptFeatures) {
      const { bottomColumns, pairs } = this.#parts;
      const columns = this.#memory.allocate(4 * dim);
      this.#memory.int32(columns, bottomColumns.length).set(bottomColumns);
      const longest = pairsByRow(pairs, 0).length;
      this.#kept = { columns, rows: this.#memory.allocate(4 * longest) };
    }
  }

  /** The first vector of each of `count` examples, the bottom MLP's output: (count, dim). */
  bottomOutput(count: number): Float32Array {
    return this.#memory.float32(this.#vectors, count * this.#dim);
  }

  /** The other vectors, the rows of the used tables: (used tables, count, dim). */
  rows(count: number): Float32Array {
    const [start, length] = [this.#vectorOffset(1, count), (this.#vectorCount - 1) * count * this.#dim];
    return this.#memory.float32(start, length);
  }

  /**
   * The vectors that are not zero in every example, ascending; always with the bottom MLP's output. All vectors if one is not
   * finite: zero times infinity is not zero.
   */
  liveVectors(count: number): Int32Array {
    const values = count * this.#dim;
    const all = this.#all();
    const live = all.filter(
      (index) => index === 0 || this.#kernel.hasAnyBit(this.#vectorOffset(index, count), 4 * values) !== 0,
    );
    const isFinite = (index: number) =>
      this.#kernel.hasNonFinite(this.#vectorOffset(index, count), values) === 0;
    return live.length === all.length || live.every(isFinite) ? live : all;
  }

  /** The columns of the top MLP's input that remain if only these vectors take part, ascending. */
  liveColumns(live: Int32Array): Int32Array {
    const { bottomColumns, pairs } = this.#parts;
    const isLive = new Set(live);
    const columns = Array.from(bottomColumns.keys());
    pairs.forEach(({ row, column }, pair) => {
      if (isLive.has(row) && isLive.has(column)) columns.push(bottomColumns.length + pair);
    });
    return Int32Array.from(columns);
  }

  /**
   * The input of the top MLP: the bottom MLP's output and the dot products of all pairs of live vectors, in row-major order
   * of the lower triangle, (count, dim + pairs); only the kept ones if the model has only some of the features.
   *
   * @param live the result of `liveVectors`; default: all vectors
   */
  features(count: number, live: Int32Array = this.#all()): Float32Array {
    if (this.#kept) return this.#keptFeatures(count, live);
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

  #keptFeatures(count: number, live: Int32Array): Float32Array {
    const { columns, rows } = this.#kept!;
    const pairs = this.#listPairs(live);
    const columnCount = this.#parts.bottomColumns.length;
    this.#kernel.interactPairs(
      this.#vectors,
      this.#vectorCount,
      columns,
      columnCount,
      rows,
      rows + 4 * pairs.listed,
      count,
      this.#dim,
      this.#features,
      this.#scratch,
    );
    return this.#memory.float32(this.#features, count * (columnCount + pairs.count));
  }

  /** Writes the list of pairs of live vectors for the kernel, unless it is already there. */
  #listPairs(live: Int32Array): { count: number; listed: number } {
    const kept = this.#kept!;
    const of = live.join();
    if (kept.list?.of !== of) {
      const isLive = new Set(live);
      const pairs = this.#parts.pairs.filter(({ row, column }) => isLive.has(row) && isLive.has(column));
      const listed = pairsByRow(pairs, 4 * this.#dim);
      this.#memory.int32(kept.rows, listed.length).set(listed);
      kept.list = { of, count: pairs.length, listed: listed.length };
    }
    return kept.list;
  }

  #all(): Int32Array {
    return Int32Array.from({ length: this.#vectorCount }, (_, index) => index);
  }

  #vectorOffset(index: number, count: number): number {
    return this.#vectors + 4 * index * count * this.#dim;
  }
}

/** The pairs in the kernel's format, by row; the vectors are `vectorBytes` apart. */
function pairsByRow(pairs: FeatureParts['pairs'], vectorBytes: number): number[] {
  const listed: number[] = [];
  for (let start = 0, end = 0; start < pairs.length; start = end) {
    const { row } = pairs[start]!;
    while (pairs[end]?.row === row) end++;
    listed.push(row * vectorBytes, end - start);
    for (let pair = start; (pair - start) % 4 !== 0 || pair < end; pair++) {
      listed.push(pairs[Math.min(pair, end - 1)]!.column * vectorBytes);
    }
  }
  return listed;
}

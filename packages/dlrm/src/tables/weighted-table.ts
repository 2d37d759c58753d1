import type { EmbeddingTable } from '@ds/data-sparsifier';

/**
 * The rows of a table, each times a number of its own: `--weighted-pooling=learned` of facebookresearch/dlrm, for bags of
 * one lookup. It holds both by reference.
 */
export class WeightedTable implements EmbeddingTable {
  readonly rows: number;
  readonly dim: number;
  readonly #table: EmbeddingTable;
  readonly #weights: Float32Array;

  /** @throws Error when there is not a weight for each row */
  constructor(table: EmbeddingTable, weights: Float32Array) {
    if (weights.length !== table.rows) {
      throw new Error(
        `expected ${table.rows} weights, one for each row of its table, found ${weights.length}`,
      );
    }
    this.rows = table.rows;
    this.dim = table.dim;
    this.#table = table;
    this.#weights = weights;
  }

  get byteLength(): number {
    return this.#table.byteLength + this.#weights.byteLength;
  }

  gatherRows(ids: Int32Array, out: Float32Array, stride = this.dim): void {
    const rows = new Float32Array(ids.length * this.dim);
    this.#table.gatherRows(ids, rows, this.dim);
    for (let i = 0; i < ids.length; i++) {
      const weight = this.#weights[ids[i]!]!;
      for (let column = 0; column < this.dim; column++) {
        out[i * stride + column] = weight * rows[i * this.dim + column]!;
      }
    }
  }

  toDense(): Float32Array {
    const dense = this.#table.toDense().slice();
    for (let i = 0; i < dense.length; i++) dense[i]! *= this.#weights[Math.floor(i / this.dim)]!;
    return dense;
  }
}

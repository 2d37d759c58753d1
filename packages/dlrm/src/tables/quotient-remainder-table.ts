import type { EmbeddingTable } from '@ds/data-sparsifier';
import { denseByGather } from './dense-by-gather.js';

/** How the two rows of an id become one (`--qr-operation`). */
export type QrOperation = 'mult' | 'add' | 'concat';

/**
 * The rows of a quotient-remainder table (`tricks/qr_embedding_bag.py` of facebookresearch/dlrm; Shi et al. 2019,
 * https://arxiv.org/abs/1909.02107): row `id` is made of row `id / collisions` of one table and row `id % collisions` of
 * another. It holds both by reference.
 */
export class QuotientRemainderTable implements EmbeddingTable {
  readonly rows: number;
  readonly dim: number;
  /** Rows of the remainder table: the number of ids that share a row of the other. */
  readonly collisions: number;
  readonly #quotients: EmbeddingTable;
  readonly #remainders: EmbeddingTable;
  readonly #operation: QrOperation;

  /** @throws Error when the rows of the tables differ in length, though they are to be multiplied or added */
  constructor(quotients: EmbeddingTable, remainders: EmbeddingTable, operation: QrOperation) {
    if (operation !== 'concat' && quotients.dim !== remainders.dim) {
      throw new Error(
        `expected rows of equal length for --qr-operation=${operation}, found ${quotients.dim} and ${remainders.dim}`,
      );
    }
    this.rows = quotients.rows * remainders.rows;
    this.dim = operation === 'concat' ? quotients.dim + remainders.dim : quotients.dim;
    this.collisions = remainders.rows;
    this.#quotients = quotients;
    this.#remainders = remainders;
    this.#operation = operation;
  }

  get byteLength(): number {
    return this.#quotients.byteLength + this.#remainders.byteLength;
  }

  gatherRows(ids: Int32Array, out: Float32Array, stride = this.dim): void {
    const { collisions } = this;
    const rowsOf = (table: EmbeddingTable, rowIds: Int32Array) => {
      const rows = new Float32Array(rowIds.length * table.dim);
      table.gatherRows(rowIds, rows, table.dim);
      return rows;
    };
    // PyTorch divides whole numbers as float32, which for ids past 2^24 may give the next row.
    const last = this.#quotients.rows - 1;
    const quotients = rowsOf(
      this.#quotients,
      ids.map((id) => Math.min(last, Math.trunc(Math.fround(Math.fround(id) / collisions)))),
    );
    const remainders = rowsOf(
      this.#remainders,
      ids.map((id) => id % collisions),
    );
    const [first, second] = [this.#quotients.dim, this.#remainders.dim];
    for (let i = 0; i < ids.length; i++) {
      const to = i * stride;
      if (this.#operation === 'concat') {
        out.set(quotients.subarray(i * first, (i + 1) * first), to);
        out.set(remainders.subarray(i * second, (i + 1) * second), to + first);
        continue;
      }
      for (let column = 0; column < first; column++) {
        const [a, b] = [quotients[i * first + column]!, remainders[i * first + column]!];
        out[to + column] = this.#operation === 'mult' ? a * b : a + b;
      }
    }
  }

  toDense(): Float32Array {
    return denseByGather(this);
  }
}

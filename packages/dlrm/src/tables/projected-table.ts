import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { Tensor } from '@ds/tensor-files';
import { denseByGather } from './dense-by-gather.js';

/**
 * The rows of a mixed-dimension table (`tricks/md_embedding_bag.py` of facebookresearch/dlrm; Ginart et al. 2019,
 * https://arxiv.org/abs/1909.11810): short rows, projected to the length that all tables have. It holds both by reference.
 */
export class ProjectedTable implements EmbeddingTable {
  readonly rows: number;
  readonly dim: number;
  readonly #short: EmbeddingTable;
  /** (dim, length of a short row) */
  readonly #projection: Tensor;

  /** @throws Error when the projection is not (dim, length of a row) */
  constructor(short: EmbeddingTable, projection: Tensor) {
    const [dim, inputs] = projection.shape;
    if (projection.shape.length !== 2 || inputs !== short.dim) {
      throw new Error(
        `expected a projection of shape (dim, ${short.dim}), found (${projection.shape.join(', ')})`,
      );
    }
    this.rows = short.rows;
    this.dim = dim!;
    this.#short = short;
    this.#projection = projection;
  }

  get byteLength(): number {
    return this.#short.byteLength + this.#projection.data.byteLength;
  }

  gatherRows(ids: Int32Array, out: Float32Array, stride = this.dim): void {
    const length = this.#short.dim;
    const { data } = this.#projection;
    const short = new Float32Array(ids.length * length);
    this.#short.gatherRows(ids, short, length);
    for (let i = 0; i < ids.length; i++) {
      for (let column = 0; column < this.dim; column++) {
        let sum = 0;
        for (let k = 0; k < length; k++) sum += short[i * length + k]! * data[column * length + k]!;
        out[i * stride + column] = sum;
      }
    }
  }

  toDense(): Float32Array {
    return denseByGather(this);
  }
}

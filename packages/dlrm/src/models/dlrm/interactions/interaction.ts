import type { ForwardOps } from '../../../network/ops.js';

/** The sizes that an interaction depends on. */
export interface VectorSizes {
  /** Length of a vector. */
  embeddingDim: number;
  /** Number of vectors: the bottom MLP's output and a row of each table. */
  vectors: number;
}

/** Which interaction a model has, by the flags of facebookresearch/dlrm. */
export interface InteractionFlags {
  /** How vectors meet: the dot products of pairs, or side by side; default `dot`. */
  archInteractionOp?: 'dot' | 'cat';
  /** With `dot`, whether each vector's product with itself is there too; default false. */
  archInteractionItself?: boolean;
}

/** How the bottom MLP's output and the tables' rows become what enters the top MLP. */
export interface Interaction {
  /** Width of its result. */
  width(sizes: VectorSizes): number;
  /** What that width is made of, for a message. */
  what(sizes: VectorSizes): string;
  /**
   * @param bottomOutput (n, dim)
   * @param rows the tables' rows in order, in parts (n, tables of the part, dim)
   * @returns (n, width)
   */
  forward<T>(ops: ForwardOps<T>, bottomOutput: T, rows: readonly T[], sizes: VectorSizes): T;
}

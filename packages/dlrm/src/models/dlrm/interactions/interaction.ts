import type { ForwardOps } from '../../../network/ops.js';

/** The sizes on which an interaction depends. */
export interface VectorSizes {
  /** Length of a vector. */
  embeddingDim: number;
  /** Number of vectors: the bottom MLP's output and a row of each table. */
  vectors: number;
}

/** The interaction of a model, by the flags of facebookresearch/dlrm. */
export interface InteractionFlags {
  /** Dot products of pairs of vectors, or their concatenation; default `dot`. */
  archInteractionOp?: 'dot' | 'cat';
  /** With `dot`, whether to include each vector's product with itself; default false. */
  archInteractionItself?: boolean;
}

/** Computes the input of the top MLP from the bottom MLP's output and the tables' rows. */
export interface Interaction {
  /** Width of its result. */
  width(sizes: VectorSizes): number;
  /** The parts of that width, for a message. */
  what(sizes: VectorSizes): string;
  /**
   * @param bottomOutput (n, dim)
   * @param rows the tables' rows in order, in parts (n, tables of the part, dim)
   * @returns (n, width)
   */
  forward<T>(ops: ForwardOps<T>, bottomOutput: T, rows: readonly T[], sizes: VectorSizes): T;
}

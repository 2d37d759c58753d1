import type { Norm } from '@ds/data-sparsifier';

/** The sparsifier's norms. */
export const norms = ['L1', 'L2'] as const satisfies readonly Norm[];

/** Rows and columns of a block that is pruned as one. */
export type BlockShape = readonly [rows: number, columns: number];

/** What one model of the benchmark is pruned with. */
export interface GridPoint {
  /** Norm that orders the blocks. */
  norm: Norm;
  /** Rows x columns of a block. */
  sparseBlockShape: BlockShape;
  /** Fraction of the blocks that are pruned, in [0, 1]. */
  sparsityLevel: number;
  /** What the blocks are ranked among, where that is not each table by itself, as in the original. */
  scope?: string;
}

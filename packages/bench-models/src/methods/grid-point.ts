import type { Norm } from '@ds/data-sparsifier';

/** The sparsifier's norms. */
export const norms = ['L1', 'L2'] as const satisfies readonly Norm[];

/** Rows and columns of a block that is pruned as one. */
export type BlockShape = readonly [rows: number, columns: number];

/** What one model of the benchmark is compressed with: its method, and those of the method's settings that differ. */
export interface GridPoint {
  /** Norm that orders the blocks. */
  norm?: Norm;
  /** Rows x columns of a block. */
  sparseBlockShape?: BlockShape;
  /** Fraction of the blocks, or of the rows, that are pruned, in [0, 1]. */
  sparsityLevel?: number;
  /** What the blocks are ranked among, where that is not each table by itself, as in the original. */
  scope?: string;
  /** The id of its method, where that is not block norm or global norm, which the scope tells apart. */
  method?: string;
  /** Bits of a value. */
  bits?: number;
  /** How many times smaller the tables are to be than in float32. */
  ratio?: number;
}

/** A point of a grid over norms, block shapes and levels. */
export interface BlockPoint extends GridPoint {
  /** Norm that orders the blocks. */
  norm: Norm;
  /** Rows x columns of a block. */
  sparseBlockShape: BlockShape;
  /** Fraction of the blocks that are pruned, in [0, 1]. */
  sparsityLevel: number;
}

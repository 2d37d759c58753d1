import type { Norm } from '@ds/data-sparsifier';

/** The sparsifier's norms. */
export const norms = ['L1', 'L2'] as const satisfies readonly Norm[];

/** Rows and columns of a block that is pruned as a unit. */
export type BlockShape = readonly [rows: number, columns: number];

/** How one model of the benchmark is compressed: its method, and the settings of the method that vary. */
export interface GridPoint {
  /** Norm by which blocks are ranked. */
  norm?: Norm;
  /** Rows x columns of a block. */
  sparseBlockShape?: BlockShape;
  /** Fraction of the blocks, or of the rows, to prune, in [0, 1]. */
  sparsityLevel?: number;
  /** The scope in which blocks are ranked, unless it is each table, as in the original. */
  scope?: string;
  /** The id of its method, unless it is block norm or global norm, which the scope distinguishes. */
  method?: string;
  /** Bits per value. */
  bits?: number;
  /** The target compression ratio of the tables, relative to float32. */
  ratio?: number;
}

/** A point of a grid over norms, block shapes and levels. */
export interface BlockPoint extends GridPoint {
  /** Norm by which blocks are ranked. */
  norm: Norm;
  /** Rows x columns of a block. */
  sparseBlockShape: BlockShape;
  /** Fraction of the blocks to prune, in [0, 1]. */
  sparsityLevel: number;
}

/** Values in a block of a model's sparse tables: 1 if its blocks have several rows, which they cannot store as blocks. */
export function blockWidthOf({ sparseBlockShape: [rows, columns] = [1, 1] }: GridPoint): number {
  return rows === 1 ? columns : 1;
}

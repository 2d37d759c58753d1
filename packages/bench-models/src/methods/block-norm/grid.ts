import type { Norm } from '@ds/data-sparsifier';
import { formatPythonTuple } from '../../results/csv/python-notation.js';
import { requireDistinct } from '../grid/require-distinct.js';
import { norms as allNorms, type BlockShape } from '../grid/grid-point.js';

/** One norm and block shape with all its levels: the blocks are ranked once, and each level is a cut. */
export interface GridRow {
  /** Norm by which blocks are ranked. */
  norm: Norm;
  /** Rows x columns of a block. */
  sparseBlockShape: BlockShape;
  /** Fractions of the blocks to prune, each in [0, 1]. */
  sparsityLevels: readonly number[];
}

/** The 20 levels of the original: 0, 0.1 ... 0.9, 0.91 ... 0.99, 1. */
export const defaultSparsityLevels: readonly number[] = [
  ...Array.from({ length: 10 }, (_, tenth) => tenth / 10),
  ...Array.from({ length: 10 }, (_, hundredth) => (91 + hundredth) / 100),
];

/** The block shapes of the original: single values, and four adjacent values in a row. */
export const defaultSparseBlockShapes: readonly BlockShape[] = [
  [1, 1],
  [1, 4],
];

/** The norms of the original. */
export const defaultNorms: readonly Norm[] = allNorms;

/**
 * Crosses norms, block shapes and levels in the original's order: norms outermost, levels innermost.
 *
 * Both norms rank single values in the same order (x*x grows with |x|), so L2 with (1, 1) is left out if L1 with (1, 1) is
 * in the grid, as in the original's code; `allCombinations` keeps it, as in the original's README.
 *
 * @throws Error naming the value, for a level outside [0, 1], an unknown norm, a block side below 1, an
 *   empty list, or a value given twice.
 */
export function benchmarkGrid({
  sparsityLevels = defaultSparsityLevels,
  sparseBlockShapes = defaultSparseBlockShapes,
  norms = defaultNorms,
  allCombinations = false,
}: {
  /** Fractions of the blocks to prune, each in [0, 1]. */
  sparsityLevels?: readonly number[];
  /** Rows x columns of a block. */
  sparseBlockShapes?: readonly BlockShape[];
  /** Norms by which blocks are ranked. */
  norms?: readonly string[];
  /** Keep L2 with (1, 1). */
  allCombinations?: boolean;
} = {}): GridRow[] {
  for (const level of sparsityLevels) {
    if (!(level >= 0 && level <= 1))
      throw new Error(`sparsity level: expected a number from 0 to 1, found ${level}`);
  }
  for (const [rows, columns] of sparseBlockShapes) {
    if (![rows, columns].every((side) => Number.isSafeInteger(side) && side >= 1))
      throw new Error(
        `sparse block shape: expected two whole numbers of at least 1, found ${rows}x${columns}`,
      );
  }
  const knownNorms = norms.map((norm): Norm => {
    if (norm !== 'L1' && norm !== 'L2') throw new Error(`norm: expected L1 or L2, found '${norm}'`);
    return norm;
  });
  requireDistinct('sparsity levels', sparsityLevels.map(String));
  requireDistinct('sparse block shapes', sparseBlockShapes.map(formatPythonTuple));
  requireDistinct('norms', norms);

  const isSingleValue = ([rows, columns]: BlockShape) => rows === 1 && columns === 1;
  return knownNorms
    .flatMap((norm) =>
      sparseBlockShapes.map((sparseBlockShape) => ({ norm, sparseBlockShape, sparsityLevels })),
    )
    .filter(
      ({ norm, sparseBlockShape }) =>
        allCombinations || norm === 'L1' || !isSingleValue(sparseBlockShape) || !knownNorms.includes('L1'),
    );
}

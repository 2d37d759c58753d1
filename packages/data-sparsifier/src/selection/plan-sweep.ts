import { blockGrid, type BlockGrid } from './ranking/block-grid.js';
import { checkBlocks, checkNorm, checkSparsityLevel, type Norm } from '../sparsifiers/norm-config.js';
import { checkOptionNames } from '../sparsifiers/check-option-names.js';
import { maxLevels } from './ranking/rank-by-digits.js';
import { roundHalfToEven } from '../quantization/round-half-to-even.js';
import { checkTable, type Table } from '../table.js';

/** What a sweep prunes at each of its levels. */
export interface LevelSweepConfig {
  /** The fractions of blocks to prune, each from 0 to 1, in any order; 1 to 127 of them. */
  levels: readonly number[];
  /** Rows and columns of a block; default [1, 4]. */
  sparseBlockShape?: readonly [number, number] | undefined;
  /** How values are measured; default L1. */
  norm?: Norm | undefined;
  /** How many values of a pruned block become zero, its smallest first; default: all of them. */
  zerosPerBlock?: number | undefined;
}

/** A sweep before its blocks are ranked. */
export interface SweepPlan {
  /** As the caller gave them. */
  levels: readonly number[];
  /** The distinct levels, ascending. */
  ascending: readonly number[];
  /** The number of blocks that each ascending level prunes. */
  counts: readonly number[];
  grid: BlockGrid;
  norm: Norm;
  zerosPerBlock: number;
}

/** @throws Error naming an invalid table or option. */
export function planSweep(
  name: string,
  table: Table,
  { levels, sparseBlockShape = [1, 4], norm = 'L1', zerosPerBlock, ...others }: LevelSweepConfig,
): SweepPlan {
  checkOptionNames(others, ['levels', 'sparseBlockShape', 'norm', 'zerosPerBlock']);
  checkTable(name, table);
  checkBlocks({ sparseBlockShape, zerosPerBlock });
  checkNorm(norm);
  levels.forEach(checkSparsityLevel);
  const ascending = [...new Set(levels)].sort((a, b) => a - b);
  if (ascending.length < 1 || ascending.length > maxLevels) {
    throw new Error(`levels: expected 1 to ${maxLevels} different levels, found ${ascending.length}`);
  }
  const grid = blockGrid(name, table.shape, sparseBlockShape);
  return {
    levels: [...levels],
    ascending,
    counts: ascending.map((level) => roundHalfToEven(level * grid.blocks)),
    grid,
    norm,
    zerosPerBlock: zerosPerBlock ?? sparseBlockShape[0] * sparseBlockShape[1],
  };
}

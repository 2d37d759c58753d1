import { planSweep, type LevelSweepConfig, type SweepPlan } from './plan-sweep.js';
import { countPruned, pruneValues, writeMask, type PrunedBlocks } from './pruned-values.js';
import { selectRanks } from './select-mask.js';
import type { Table } from '../table.js';

/**
 * The masks of all levels of one table in one pass: each block is ranked once, and a level is then a cut through
 * the ranks. A level's mask is the one that DataNormSparsifier makes with it.
 *
 * @throws Error when the table or an option makes no sense; it names the option, expected and found.
 */
export function levelSweep({
  table,
  ...config
}: LevelSweepConfig & {
  /** Read here, and later only where `zerosPerBlock` is less than the whole block. Held by reference. */
  table: Table;
}): LevelSweep {
  const plan = planSweep('table', table, config);
  const ranks = new Uint8Array(plan.grid.blocks);
  selectRanks(table.data, plan, ranks);
  return new LevelSweep(table, plan, ranks);
}

/** A table whose blocks are ranked for a set of levels; made by `levelSweep`. */
export class LevelSweep {
  /** The levels as given. */
  readonly levels: readonly number[];
  /**
   * One byte per block, row by row of the grid: the position, among the different levels in ascending order, of
   * the first level that prunes the block; their number where none does.
   */
  readonly ranks: Uint8Array;
  readonly #table: Table;
  readonly #plan: SweepPlan;

  /** @internal */
  constructor(table: Table, plan: SweepPlan, ranks: Uint8Array) {
    this.levels = plan.levels;
    this.ranks = ranks;
    this.#table = table;
    this.#plan = plan;
  }

  /**
   * The sweep of another thread in this one: `levelSweep` with the same table and config has made its ranks.
   *
   * @throws Error when the table or an option makes no sense, or the ranks are not one for each block.
   */
  static fromRanks({
    table,
    ranks,
    ...config
  }: LevelSweepConfig & {
    /** As for `levelSweep`. */
    table: Table;
    /** `ranks` of the other sweep. */
    ranks: Uint8Array;
  }): LevelSweep {
    const plan = planSweep('table', table, config);
    if (ranks.length !== plan.grid.blocks) {
      throw new Error(`ranks: expected ${plan.grid.blocks}, one for each block, found ${ranks.length}`);
    }
    return new LevelSweep(table, plan, ranks);
  }

  /**
   * The number of values that a level prunes.
   *
   * @throws Error when the level is none of the sweep's.
   */
  prunedValues(level: number): number {
    return countPruned(this.#prunedBlocks(level));
  }

  /**
   * The mask of a level: one byte per value, 1 keeps, 0 prunes.
   *
   * @param mask Where it goes; default: a new array.
   * @throws Error when the level is none of the sweep's, or when the mask has another length than the table.
   */
  mask(level: number, mask: Uint8Array = new Uint8Array(this.#table.data.length)): Uint8Array {
    const blocks = this.#prunedBlocks(level);
    if (mask.length !== this.#table.data.length) {
      throw new Error(`mask: expected ${this.#table.data.length} entries, found ${mask.length}`);
    }
    writeMask(blocks, mask);
    return mask;
  }

  /**
   * Writes +0 over the values that a level prunes. What one level prunes the higher ones prune too, so ascending
   * levels may be written one after another into the same array.
   *
   * @param values A copy of the table's values, or the table's own, or a piece of either.
   * @param first The place in the table of the first of `values`; default 0.
   * @throws Error when the level is none of the sweep's, or when the piece reaches outside the table.
   */
  prune(level: number, values: Float32Array, first = 0): void {
    const blocks = this.#prunedBlocks(level);
    const length = this.#table.data.length;
    if (!(first >= 0 && first + values.length <= length)) {
      throw new Error(
        `values ${first} to ${first + values.length - 1} are not all inside a table of ${length} values`,
      );
    }
    pruneValues(blocks, values, first);
  }

  #prunedBlocks(level: number): PrunedBlocks {
    const rank = this.#plan.ascending.indexOf(level);
    if (rank < 0)
      throw new Error(`level: expected one of the sweep's, ${this.levels.join(', ')}, found ${level}`);
    const { grid, zerosPerBlock, norm } = this.#plan;
    return { ranks: this.ranks, rank, grid, zerosPerBlock, norm, data: this.#table.data };
  }
}

import { planSweep, type LevelSweepConfig, type SweepPlan } from './plan-sweep.js';
import { countPruned, pruneValues, writeMask, type PrunedBlocks } from './pruned-values.js';
import { selectRanks } from './select-mask.js';
import type { Table } from '../table.js';

/**
 * Computes the masks of all levels of one table in one pass: each block is ranked once, and a level is then a cut through
 * the ranks. The mask of a level equals that of DataNormSparsifier.
 *
 * @throws Error naming an invalid table or option, with what was expected and found.
 */
export function levelSweep({
  table,
  ...config
}: LevelSweepConfig & {
  /** Held by reference. Read now, and again later only if `zerosPerBlock` is less than a whole block. */
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
   * One byte per block, in row-major order of the grid: the index, among the distinct levels in ascending order, of the
   * first level that prunes the block, or the number of levels if none does.
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
   * Recreates a sweep from another thread, whose ranks `levelSweep` computed with the same table and config.
   *
   * @throws Error naming an invalid table or option, or if there is not one rank for each block.
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
   * @throws Error if the sweep does not have this level.
   */
  prunedValues(level: number): number {
    return countPruned(this.#prunedBlocks(level));
  }

  /**
   * The mask of a level: one byte per value, 1 keeps, 0 prunes.
   *
   * @param mask The array to write; default: a new one.
   * @throws Error if the sweep does not have this level, or if the length of `mask` differs from that of the table.
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
   * Overwrites the values that a level prunes with +0. Higher levels also prune everything that lower levels prune, so
   * ascending levels can be applied one after another to the same array.
   *
   * @param values The table's values or a copy of them, or a piece of either.
   * @param first The index in the table of the first of `values`; default 0.
   * @throws Error if the sweep does not have this level, or if the piece is not inside the table.
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

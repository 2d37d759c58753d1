import { BaseDataSparsifier, type SparsifierOptions, type Table } from '@ds/data-sparsifier';

/** The sparsifier's configuration for one table. */
export interface AccessConfig {
  /** How often each row is looked up, (rows), in any unit common to all tables; default: all rows equally often. */
  accesses?: ArrayLike<number>;
}

/**
 * Prunes, over all tables together, the blocks that matter least to lookups. Pruning a block of a row with lookup frequency
 * f changes the result of lookups by f times the sum of the block's absolute values, per example. The round(level * blocks)
 * blocks with the smallest products are pruned. For a given number of pruned blocks, this changes lookups least on average.
 *
 * Without accesses this is global magnitude pruning: one threshold for all tables instead of one for each.
 */
export class AccessSparsifier extends BaseDataSparsifier<AccessConfig> {
  readonly #level: number;
  readonly #blockWidth: number;
  /** Blocks with a smaller score are pruned; of those with exactly this score, the first `ties`. */
  #threshold = { score: 0, ties: 0 };

  /** @throws Error if the level is not in [0, 1] or the block width is not a whole number of at least 1. */
  constructor({
    sparsityLevel = 0.5,
    blockWidth = 4,
    ...options
  }: {
    /** Fraction of the blocks of all tables to prune, from 0 to 1; default 0.5. */
    sparsityLevel?: number;
    /** Values in a block, which is inside one row; default 4. */
    blockWidth?: number;
  } & SparsifierOptions = {}) {
    super({}, options);
    if (!(sparsityLevel >= 0 && sparsityLevel <= 1)) {
      throw new Error(`sparsity level: expected a number from 0 to 1, found ${sparsityLevel}`);
    }
    if (!(Number.isSafeInteger(blockWidth) && blockWidth >= 1)) {
      throw new Error(`block width: expected a whole number of at least 1, found ${blockWidth}`);
    }
    this.#level = sparsityLevel;
    this.#blockWidth = blockWidth;
  }

  /** The threshold depends on all tables, so it is computed before `updateMask` is called for each. */
  override step(): void {
    if (!this.enableMaskUpdate) return;
    const scores = this.names.map((name) => this.#scores(name, this.getData(name), this.getConfig(name)));
    this.#threshold = smallest(scores, this.#level);
    super.step();
  }

  override updateMask(name: string, table: Table, config: AccessConfig): void {
    const mask = this.getMask(name);
    const columns = columnsOf(name, table);
    const blocksPerRow = Math.ceil(columns / this.#blockWidth);
    const { score } = this.#threshold;
    mask.fill(1);
    this.#scores(name, table, config).forEach((found, block) => {
      if (found > score || (found === score && this.#threshold.ties-- <= 0)) return;
      const row = Math.floor(block / blocksPerRow);
      const first = (block % blocksPerRow) * this.#blockWidth;
      mask.fill(0, row * columns + first, row * columns + Math.min(first + this.#blockWidth, columns));
    });
  }

  /** The effect of pruning each block on lookups: row by row, the blocks of a row from left to right. */
  #scores(name: string, table: Table, { accesses }: AccessConfig): Float64Array {
    const columns = columnsOf(name, table);
    const rows = table.data.length / columns;
    if (accesses && accesses.length !== rows) {
      throw new Error(`table "${name}": expected the accesses of ${rows} rows, found ${accesses.length}`);
    }
    const blocksPerRow = Math.ceil(columns / this.#blockWidth);
    const scores = new Float64Array(rows * blocksPerRow);
    table.data.forEach((value, i) => {
      const row = Math.floor(i / columns);
      const block = row * blocksPerRow + Math.floor((i % columns) / this.#blockWidth);
      scores[block]! += Math.abs(value) * (accesses?.[row] ?? 1);
    });
    // NaN is pruned last, as in the norm sparsifier.
    return scores.map((score) => (Number.isNaN(score) ? Infinity : score));
  }
}

function columnsOf(name: string, { shape }: Table): number {
  const [, columns] = shape;
  if (shape.length !== 2 || !columns) {
    throw new Error(`table "${name}": expected a shape of rows and columns, found [${shape.join(', ')}]`);
  }
  return columns;
}

/** The score below which all blocks are pruned, and how many of those equal to it are pruned. */
function smallest(scores: readonly Float64Array[], level: number): { score: number; ties: number } {
  const sorted = new Float64Array(scores.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const some of scores) {
    sorted.set(some, filled);
    filled += some.length;
  }
  sorted.sort();
  const pruned = Math.round(level * sorted.length);
  if (pruned === 0) return { score: -Infinity, ties: 0 };
  const score = sorted[pruned - 1]!;
  return { score, ties: pruned - sorted.indexOf(score) };
}

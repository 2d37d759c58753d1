import { blockKeys } from './block-keys.js';
import { joinedLists, sumOf } from './joined-parts.js';
import { isMadeInKernel, keySourceOf, type Blocks } from './key-source.js';
import { areListable, rankListed } from './rank-blocks.js';
import { rankBins, rankKeys } from './rank-by-digits.js';
import { selectionKernel } from '../selection-kernel.js';

// The bins of the kernel cost more than to rank this many keys without it.
const fewKeys = 1 << 13;

/**
 * `rankBlocks` of many tables as if they were one: equal blocks come in the order of the tables, then of their places.
 * As in `selectInParts`, the histograms of all tables are added up, and each table is ranked by the bins of them all.
 *
 * @param cuts After how many blocks of all tables, in ascending order of their norms, each cut is; ascending.
 * @param ranks The ranks of the blocks of one table after another.
 */
export function rankTogether(tables: readonly Blocks[], cuts: readonly number[], ranks: Uint8Array): void {
  const firsts: number[] = [];
  let next = 0;
  for (const { grid } of tables) {
    firsts.push(next);
    next += grid.blocks;
  }
  const kernel = ranks.length < fewKeys ? undefined : selectionKernel();
  if (kernel) {
    const keyed = tables.map((blocks) =>
      isMadeInKernel(blocks.grid)
        ? blocks
        : { ...blocks, keys: blockKeys(blocks.data, blocks.grid, blocks.norm) },
    );
    const bins = rankBins(sumOf(keyed.map((blocks) => kernel.countKeys(keySourceOf(blocks)))), [0], cuts);
    if (areListable(bins, ranks.length)) {
      const lists = keyed.map((blocks, table) => {
        const ranksOfTable = ranks.subarray(firsts[table], firsts[table]! + blocks.grid.blocks);
        return kernel.rankKeys(keySourceOf(blocks), bins, ranksOfTable);
      });
      rankListed(joinedLists(lists, firsts), bins, cuts, ranks);
      return;
    }
  }
  const keys = new Int32Array(ranks.length);
  tables.forEach(({ data, grid, norm }, table) => keys.set(blockKeys(data, grid, norm), firsts[table]));
  rankKeys(keys, cuts, ranks);
}

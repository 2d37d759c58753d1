import { blockKeys } from './block-keys.js';
import { joinedLists, sumOf } from './joined-parts.js';
import { isMadeInKernel, keySourceOf, type Blocks } from './key-source.js';
import { isListWorthwhile, rankListed } from './rank-blocks.js';
import { rankBins, rankKeys } from './rank-by-digits.js';
import { selectionKernel } from '../selection-kernel.js';

// For at most this many keys, the kernel's bins cost more than they save.
const fewKeys = 1 << 13;

/**
 * `rankBlocks` for many tables as if they were one: equal blocks are ordered by table, then by index. As in
 * `selectInParts`, the histograms of all tables are added up, and each table is ranked by the combined bins.
 *
 * @param cuts Each cut as the number of blocks of all tables before it; ascending.
 * @param ranks The ranks of the blocks, table after table.
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
    if (isListWorthwhile(bins, ranks.length)) {
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

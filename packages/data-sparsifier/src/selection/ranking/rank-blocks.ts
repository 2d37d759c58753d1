import { blockKeys } from './block-keys.js';
import { keySourceOf, type Blocks } from './key-source.js';
import { rankBins, rankByDigits, rankKeys, type RankedBins } from './rank-by-digits.js';
import { selectionKernel, type ListedKeys } from '../selection-kernel.js';

// For at most this many keys, the kernel's bins cost more than they save.
const fewKeys = 1 << 13;

/**
 * Writes the rank of each block, one byte per block: the number of `cuts` before it in ascending order of the norms. With
 * a single cut that is the mask of the blocks: 0 prunes, 1 keeps. Equal blocks are ordered by index.
 *
 * @param cuts Each cut as the number of blocks before it; ascending.
 */
export function rankBlocks(blocks: Blocks, cuts: readonly number[], ranks: Uint8Array): void {
  const kernel = ranks.length < fewKeys ? undefined : selectionKernel();
  if (!kernel) {
    rankKeys(blockKeys(blocks.data, blocks.grid, blocks.norm), cuts, ranks);
    return;
  }
  const source = keySourceOf(blocks);
  const bins = rankBins(kernel.countKeys(source), [0], cuts);
  if (isListWorthwhile(bins, ranks.length)) {
    rankListed(kernel.rankKeys(source, bins, ranks), bins, cuts, ranks);
  } else {
    kernel.rankKeys(source, bins, ranks, { listUndecided: false });
    const keys = kernel.keysOf(source);
    rankByDigits({ keys, ranks, starts: bins.starts }, { fromBit: 16, digitBits: 16, cuts });
  }
}

/** Whether a list of the undecided blocks is worth its memory; it is not if most blocks are nearly equal. */
export function isListWorthwhile({ undecidedKeys }: RankedBins, blocks: number): boolean {
  return undecidedKeys <= blocks / 2;
}

/** Ranks the blocks that the kernel listed. */
export function rankListed(
  { keys, places }: ListedKeys,
  bins: RankedBins,
  cuts: readonly number[],
  ranks: Uint8Array,
): void {
  let { starts } = bins;
  const kernel = keys.length < fewKeys ? undefined : selectionKernel();
  if (kernel) {
    // Again, by the next eight bits.
    const source = { bits: keys, bitsPerKey: 1 };
    const nextBins = rankBins(kernel.countKeys(source).subarray(0, starts.length << 8), starts, cuts);
    const nextRanks = new Uint8Array(keys.length);
    const next = kernel.rankKeys(source, nextBins, nextRanks);
    for (let i = 0; i < places.length; i++) ranks[places[i]!] = nextRanks[i]!;
    keys = next.keys;
    places = next.places.map((place) => places[place]!);
    starts = nextBins.starts;
  }
  rankByDigits({ keys, places, ranks, starts }, { fromBit: 24, toBit: 8, digitBits: 8, cuts });
}

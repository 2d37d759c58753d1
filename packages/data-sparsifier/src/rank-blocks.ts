import { keyOf, type BlockKeys } from './block-keys.js';
import { upperBin, upperBins, type Cut } from './select-cuts.js';

/** The most levels that one ranking takes: ranks are bytes, and one value marks what needs a closer look. */
export const mostLevels = 254;
const closerLook = 255;

/**
 * Writes for each block the position of the first of `cuts` (ascending) that it is before, or `cuts.length`
 * where it is after all of them. With a single cut that is the mask of the blocks: 0 prunes, 1 keeps.
 *
 * @param ranks Where they go, one byte per key.
 */
export function rankBlocks(keys: BlockKeys, cuts: readonly Cut[], ranks: Uint8Array): void {
  const cutKeys = Int32Array.from(cuts, (cut) => cut.key);
  // Cuts at the same key share its ties: each takes those that the one before it left.
  const tiesLeft = Float64Array.from(cuts, ({ key, ties }, i) =>
    i > 0 && cuts[i - 1]!.key === key ? ties - cuts[i - 1]!.ties : ties,
  );
  const rankOfBin = ranksOfBins(cuts);
  for (let i = 0; i < keys.length; i++) {
    const key = keyOf(keys[i]!);
    let rank = rankOfBin[upperBin(key)]!;
    if (rank === closerLook) {
      for (rank = 0; rank < cutKeys.length; rank++) {
        const cutKey = cutKeys[rank]!;
        if (key > cutKey) continue;
        if (key < cutKey) break;
        if (tiesLeft[rank]! > 0) {
          tiesLeft[rank]!--;
          break;
        }
      }
    }
    ranks[i] = rank;
  }
}

/** The rank of all keys of a bin of the first histogram, or `closerLook` where a cut goes through the bin. */
function ranksOfBins(cuts: readonly Cut[]): Uint8Array {
  const rankOfBin = new Uint8Array(upperBins);
  let rank = 0;
  for (let bin = 0; bin < upperBins; bin++) {
    while (rank < cuts.length && upperBin(cuts[rank]!.key) < bin) rank++;
    rankOfBin[bin] = rank < cuts.length && upperBin(cuts[rank]!.key) === bin ? closerLook : rank;
  }
  return rankOfBin;
}

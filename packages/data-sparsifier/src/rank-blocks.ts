import { infinityKey, keyOf, type BlockKeys } from './block-keys.js';
import { allBins, upperBin, upperBins, type Cut } from './select-cuts.js';

/** The most levels that one ranking takes: a bit of a rank's byte marks what needs a closer look. */
export const mostLevels = 127;
const closerLook = 0x80;
const anyCloserLook = 0x80808080 | 0;

// Four ranks are written as one number, the first in its lowest byte.
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Writes for each block the position of the first of `cuts` (ascending) that it is before, or `cuts.length`
 * where it is after all of them. With a single cut that is the mask of the blocks: 0 prunes, 1 keeps.
 *
 * @param ranks Where they go, one byte per key.
 */
export function rankBlocks(keys: BlockKeys, cuts: readonly Cut[], ranks: Uint8Array): void {
  const isAligned = isLittleEndian && ranks.byteOffset % 4 === 0;
  const fours = new Int32Array(
    ranks.buffer,
    isAligned ? ranks.byteOffset : 0,
    isAligned ? keys.length >> 2 : 0,
  );
  if (cuts.length === 1 && cuts[0]!.key <= infinityKey) rankAtOneCut(keys, cuts[0]!, ranks, fours);
  else rankAtCuts(keys, cuts, ranks, fours);
}

function rankAtOneCut(
  keys: BlockKeys,
  { key, ties, equals }: Cut,
  ranks: Uint8Array,
  fours: Int32Array,
): void {
  // The sign of the difference to the largest key before the cut is the rank. NaN is after it.
  const areAllTies = ties === equals;
  const last = areAllTies && ties > 0 ? key : key - 1;
  for (let four = 0, i = 0; four < fours.length; four++, i += 4) {
    fours[four] =
      (((last - (keys[i]! & 0x7fffffff)) >> 31) & 1) |
      (((last - (keys[i + 1]! & 0x7fffffff)) >> 31) & 0x100) |
      (((last - (keys[i + 2]! & 0x7fffffff)) >> 31) & 0x10000) |
      (((last - (keys[i + 3]! & 0x7fffffff)) >> 31) & 0x1000000);
  }
  for (let i = 4 * fours.length; i < keys.length; i++) ranks[i] = (keys[i]! & 0x7fffffff) > last ? 1 : 0;
  let left = areAllTies ? 0 : ties;
  for (let i = 0; left > 0; i++) {
    if ((keys[i]! & 0x7fffffff) !== key) continue;
    ranks[i] = 0;
    left--;
  }
}

function rankAtCuts(keys: BlockKeys, cuts: readonly Cut[], ranks: Uint8Array, fours: Int32Array): void {
  const rankOfBin = ranksOfBins(cuts);
  const cutKeys = Int32Array.from(cuts, (cut) => cut.key);
  // Cuts at the same key share its ties: each takes those that the one before it left.
  const tiesLeft = Float64Array.from(cuts, ({ key, ties }, i) =>
    i > 0 && cuts[i - 1]!.key === key ? ties - cuts[i - 1]!.ties : ties,
  );

  /** Ranks keys one by one; equal keys must come in their order. */
  const rankExactly = (start: number, end: number): void => {
    for (let i = start; i < end; i++) {
      const key = keyOf(keys[i]!);
      let rank = rankOfBin[upperBin(key)]!;
      if (rank >= closerLook) {
        for (rank -= closerLook; rank < cutKeys.length; rank++) {
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
  };

  for (let four = 0, i = 0; four < fours.length; four++, i += 4) {
    const inBins =
      rankOfBin[upperBin(keys[i]! & 0x7fffffff)]! |
      (rankOfBin[upperBin(keys[i + 1]! & 0x7fffffff)]! << 8) |
      (rankOfBin[upperBin(keys[i + 2]! & 0x7fffffff)]! << 16) |
      (rankOfBin[upperBin(keys[i + 3]! & 0x7fffffff)]! << 24);
    if ((inBins & anyCloserLook) === 0) fours[four] = inBins;
    else rankExactly(i, i + 4);
  }
  rankExactly(4 * fours.length, keys.length);
}

/**
 * The rank of all keys of a bin of the first histogram; where cuts go through the bin, `closerLook` and the rank
 * of the first of them.
 */
function ranksOfBins(cuts: readonly Cut[]): Uint8Array {
  const rankOfBin = new Uint8Array(allBins);
  let rank = 0;
  for (let bin = 0; bin < upperBins; bin++) {
    while (rank < cuts.length && upperBin(cuts[rank]!.key) < bin) rank++;
    const isCut = rank < cuts.length && upperBin(cuts[rank]!.key) === bin;
    rankOfBin[bin] = isCut ? closerLook + rank : rank;
  }
  // The bins of NaN, which count as the last one.
  return rankOfBin.fill(rankOfBin[upperBins - 1]!, upperBins);
}

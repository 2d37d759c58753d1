import { keyOf, type BlockKeys } from './block-keys.js';

// Exact selection without sorting: a histogram over the topmost digit of the keys tells which of its bins a cut goes
// through; the keys of those bins only are told apart by their next digit, and so on. (Radix selection; D. Knuth, The
// Art of Computer Programming, volume 3, section 5.2.5.)

/** The most levels of one ranking: each may cut through another bin, and a bit of a rank's byte marks those. */
export const mostLevels = 127;
/** Stands with the number of a bin in place of a rank: the rank of those keys is not known yet. */
export const undecided = 0x80;

/** The bins of a histogram over ascending keys. */
export interface RankedBins {
  /** For each bin the rank of all its keys, or `undecided` and its number where a cut goes through it. */
  ranks: Uint8Array;
  /** For each of those numbers, how many keys come before the bin. */
  starts: number[];
  /** How many keys those bins hold. */
  undecidedKeys: number;
  /** The bin that a single cut goes through; -1 where there are several cuts, or no such bin. */
  onlyBin: number;
}

/**
 * Ranks the bins of groups of equally many bins: the rank of a key is how many cuts it comes after.
 *
 * @param sizes How many keys each bin holds.
 * @param starts For each group, ascending, how many keys come before it.
 * @param cuts After how many keys each cut is, ascending.
 */
export function rankBins(sizes: Uint32Array, starts: readonly number[], cuts: readonly number[]): RankedBins {
  const ranks = new Uint8Array(sizes.length);
  const undecidedStarts: number[] = [];
  let undecidedKeys = 0;
  const binsPerGroup = sizes.length / starts.length;
  let bin = 0;
  let rank = 0;
  for (let start of starts) {
    for (const groupEnd = bin + binsPerGroup; bin < groupEnd; bin++) {
      while (rank < cuts.length && cuts[rank]! <= start) rank++;
      const size = sizes[bin]!;
      if (rank < cuts.length && cuts[rank]! < start + size) {
        ranks[bin] = undecided + undecidedStarts.push(start) - 1;
        undecidedKeys += size;
      } else {
        ranks[bin] = rank;
      }
      start += size;
    }
  }
  const onlyBin = cuts.length === 1 ? ranks.indexOf(undecided) : -1;
  return { ranks, starts: undecidedStarts, undecidedKeys, onlyBin };
}

/** Keys with their ranks so far. */
export interface UndecidedKeys {
  keys: BlockKeys;
  /** Where in `ranks` each key's rank stands, ascending; absent where that is the place of the key itself. */
  places?: Uint32Array | undefined;
  /** Keys with `undecided` in it belong to the bin of that number. */
  ranks: Uint8Array;
  /** For each bin, ascending, how many keys come before it. */
  starts: readonly number[];
}

/** Ranks the undecided keys, equal ones in the order of their places, by the bits in which keys of a bin may differ. */
export function rankByDigits(
  { keys, places, ranks, starts }: UndecidedKeys,
  {
    fromBit,
    toBit = 0,
    digitBits,
    cuts,
  }: {
    /** The bits begin below this one and end with `toBit`, default 0. */
    fromBit: number;
    toBit?: number;
    /** Bits told apart at a time: many take memory, few take time. */
    digitBits: 8 | 16;
    cuts: readonly number[];
  },
): void {
  const mask = (1 << digitBits) - 1;
  for (let shift = fromBit - digitBits; shift >= toBit; shift -= digitBits) {
    const sizes = new Uint32Array(starts.length << digitBits);
    for (let i = 0; i < keys.length; i++) {
      const bin = ranks[places ? places[i]! : i]! - undecided;
      if (bin >= 0) sizes[(bin << digitBits) | ((keyOf(keys[i]!) >>> shift) & mask)]!++;
    }
    const bins = rankBins(sizes, starts, cuts);
    const isLast = shift === toBit;
    // What the last digit leaves in a bin is equal.
    const before = Float64Array.from(bins.starts);
    const rankOfNext = new Uint8Array(before.length);
    for (let i = 0; i < keys.length; i++) {
      const place = places ? places[i]! : i;
      const bin = ranks[place]! - undecided;
      if (bin < 0) continue;
      let rank = bins.ranks[(bin << digitBits) | ((keyOf(keys[i]!) >>> shift) & mask)]!;
      if (isLast && rank >= undecided) {
        const tie = rank - undecided;
        while (cuts[rankOfNext[tie]!]! <= before[tie]!) rankOfNext[tie]!++;
        before[tie]!++;
        rank = rankOfNext[tie]!;
      }
      ranks[place] = rank;
    }
    starts = bins.starts;
  }
}

// For fewer keys the bins of 16 bits cost more than they save.
const manyKeys = 1 << 16;

/** Ranks keys from scratch, (keys): how many cuts each comes after. */
export function rankKeys(keys: BlockKeys, cuts: readonly number[], ranks: Uint8Array): void {
  const digitBits = keys.length < manyKeys ? 8 : 16;
  rankByDigits({ keys, ranks: ranks.fill(undecided), starts: [0] }, { fromBit: 32, digitBits, cuts });
}

import { keyOf, type BlockKeys } from './block-keys.js';

// Exact selection without sorting: a histogram over the topmost digit of the keys shows which bins contain a cut. Only the
// keys in those bins are ranked by their next digit, and so on. (Radix selection; D. Knuth, The Art of Computer
// Programming, volume 3, section 5.2.5.)

/** The maximum number of levels in a ranking: each may cut another bin, and one bit of a rank's byte marks those bins. */
export const maxLevels = 127;
/** Combined with the number of a bin, takes the place of a rank that is not known yet. */
export const undecided = 0x80;

/** The bins of a histogram over ascending keys. */
export interface RankedBins {
  /** For each bin, the rank of all its keys; or `undecided` and a number, if it contains a cut. */
  ranks: Uint8Array;
  /** For each bin with such a number, how many keys come before it. */
  starts: number[];
  /** How many keys those bins have. */
  undecidedKeys: number;
  /** The bin that contains the only cut; -1 if there are several cuts, or no such bin. */
  onlyBin: number;
}

/**
 * Ranks the bins of groups, which all have the same number of bins. The rank of a key is the number of cuts before it.
 *
 * @param sizes How many keys each bin has.
 * @param starts For each group, ascending, how many keys come before it.
 * @param cuts Each cut as the number of keys before it, ascending.
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
  /** The index in `ranks` of each key's rank, ascending; if missing, the index of the key itself. */
  places?: Uint32Array | undefined;
  /** A key whose rank has `undecided` set belongs to the bin of that number. */
  ranks: Uint8Array;
  /** For each bin, ascending, how many keys come before it. */
  starts: readonly number[];
}

/** Ranks the undecided keys by the bits in which keys of a bin may differ; equal keys are ordered by position. */
export function rankByDigits(
  { keys, places, ranks, starts }: UndecidedKeys,
  {
    fromBit,
    toBit = 0,
    digitBits,
    cuts,
  }: {
    /** The bits below this one, down to `toBit` (default 0). */
    fromBit: number;
    toBit?: number;
    /** Bits per digit: large digits take memory, small ones time. */
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
    // Keys in the same bin of the last digit are equal.
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

// For fewer keys, bins of 16 bits cost more than they save.
const manyKeys = 1 << 16;

/** Ranks keys from scratch, (keys): the number of cuts before each. */
export function rankKeys(keys: BlockKeys, cuts: readonly number[], ranks: Uint8Array): void {
  const digitBits = keys.length < manyKeys ? 8 : 16;
  rankByDigits({ keys, ranks: ranks.fill(undecided), starts: [0] }, { fromBit: 32, digitBits, cuts });
}

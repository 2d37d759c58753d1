import { infinityKey, keyOf, nanKey, type BlockKeys } from './block-keys.js';

// Exact selection without sorting: a histogram over the upper half of the key's bits finds the bin in which each
// cut falls, a second one over the lower half of the bits, of the keys in those bins only, finds the cut itself.
// (Radix selection; D. Knuth, The Art of Computer Programming, volume 3, section 5.2.5.)

const lowBits = 16;
const lowBins = 1 << lowBits;
export const upperBins = (infinityKey >>> lowBits) + 1;
/** The bins with those of NaN, which all count as the last of `upperBins`. */
export const allBins = 0x80000000 >>> lowBits;

/** The bin of a key in the first histogram. */
export function upperBin(key: number): number {
  return key >>> lowBits;
}

/** Where the ascending order of the keys, lowest index first among equals, is cut. */
export interface Cut {
  /** Everything below this key is before the cut, everything above it is after it. */
  key: number;
  /** How many of the keys equal to it are before the cut: those with the lowest indices. */
  ties: number;
  /** How many keys equal it. */
  equals: number;
}

// Neighbours often fall in one bin, and each increment waits for the last of its bin: four histograms side by side.
const lanes = 4;
const fewKeys = 1 << 16;

/** The first histogram: how many keys fall in each bin, (upperBins). */
export function countUpper(keys: BlockKeys): Uint32Array {
  const inLanes = keys.length < fewKeys ? 0 : keys.length - (keys.length % lanes);
  const counts = new Uint32Array(inLanes > 0 ? lanes * allBins : allBins);
  for (let i = 0; i < inLanes; i += lanes) {
    counts[(keys[i]! & 0x7fffffff) >>> lowBits]!++;
    counts[allBins + ((keys[i + 1]! & 0x7fffffff) >>> lowBits)]!++;
    counts[2 * allBins + ((keys[i + 2]! & 0x7fffffff) >>> lowBits)]!++;
    counts[3 * allBins + ((keys[i + 3]! & 0x7fffffff) >>> lowBits)]!++;
  }
  for (let i = inLanes; i < keys.length; i++) counts[(keys[i]! & 0x7fffffff) >>> lowBits]!++;
  const upper = counts.slice(0, upperBins);
  for (let i = upperBins; i < counts.length; i++) {
    // All NaN belong to the last bin, with infinity.
    upper[Math.min(i % allBins, upperBins - 1)]! += counts[i]!;
  }
  return upper;
}

/** The bins of the first histogram in which the cuts after `counts` keys fall, each once, ascending. */
export function binsOfCuts(upperCounts: Uint32Array, counts: readonly number[]): number[] {
  const total = sum(upperCounts);
  const bins = new Set<number>();
  for (const count of counts) {
    if (count > 0 && count < total) bins.add(findBin(upperCounts, 0, upperBins, count).bin);
  }
  return [...bins].sort((a, b) => a - b);
}

const mostWaiting = 1 << 14;

/** The second histogram: how many keys there are of each value in each of `bins`, (bins.length * 65536). */
export function countLow(keys: BlockKeys, bins: readonly number[]): Uint32Array {
  const counts = new Uint32Array(bins.length * lowBins);
  if (bins.length === 0) return counts;
  if (bins.length === 1 && bins[0]! < upperBins - 1) {
    countLowOfBin(keys, bins[0]!, counts);
    return counts;
  }
  const slotOfBin = new Uint8Array(allBins);
  bins.forEach((bin, slot) => (slotOfBin[bin] = slot + 1));
  slotOfBin.fill(slotOfBin[upperBins - 1]!, upperBins);
  // All these histograms together are too large for the caches: keys wait until there are many for one of them.
  const waiting = new Uint16Array(bins.length * mostWaiting);
  const waitingInSlot = new Int32Array(bins.length);
  const count = (slot: number): void => {
    const first = slot * mostWaiting;
    const start = slot * lowBins;
    for (let i = first; i < first + waitingInSlot[slot]!; i++) counts[start + waiting[i]!]!++;
    waitingInSlot[slot] = 0;
  };
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]! & 0x7fffffff;
    const slot = slotOfBin[bits >>> lowBits]! - 1;
    if (slot < 0) continue;
    if (waitingInSlot[slot] === mostWaiting) count(slot);
    waiting[slot * mostWaiting + waitingInSlot[slot]!++] = keyOf(bits);
  }
  for (let slot = 0; slot < bins.length; slot++) count(slot);
  return counts;
}

/** The usual case, one cut outside the bin of infinity and NaN. */
function countLowOfBin(keys: BlockKeys, bin: number, counts: Uint32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]! & 0x7fffffff;
    if (key >>> lowBits === bin) counts[key & (lowBins - 1)]!++;
  }
}

/** How many keys equal a key, which must fall in one of the bins of the second histogram. */
export function countOfKey(lowCounts: Uint32Array, bins: readonly number[], key: number): number {
  const slot = bins.indexOf(upperBin(key));
  return slot < 0 ? 0 : lowCounts[slot * lowBins + (key & (lowBins - 1))]!;
}

/** The exact cuts after `counts` keys each, from both histograms. */
export function findCuts(
  upperCounts: Uint32Array,
  lowCounts: Uint32Array,
  bins: readonly number[],
  counts: readonly number[],
): Cut[] {
  const total = sum(upperCounts);
  return counts.map((count) => {
    if (count <= 0) return beforeAll;
    if (count >= total) return afterAll;
    const upper = findBin(upperCounts, 0, upperBins, count);
    const start = bins.indexOf(upper.bin) * lowBins;
    const low = findBin(lowCounts, start, start + lowBins, count - upper.before);
    return {
      key: (upper.bin << lowBits) | (low.bin - start),
      ties: count - upper.before - low.before,
      equals: lowCounts[low.bin]!,
    };
  });
}

/** The same cuts from a sort, which is faster for few keys. */
export function findCutsBySorting(keys: BlockKeys, counts: readonly number[]): Cut[] {
  const sorted = keys.map(keyOf).sort();
  return counts.map((count) => {
    if (count <= 0) return beforeAll;
    if (count >= sorted.length) return afterAll;
    const key = sorted[count - 1]!;
    const before = sorted.indexOf(key);
    return { key, ties: count - before, equals: sorted.lastIndexOf(key) + 1 - before };
  });
}

const beforeAll: Cut = { key: 0, ties: 0, equals: 0 };
const afterAll: Cut = { key: nanKey + 1, ties: 0, equals: 0 };

/** The bin that holds the `count`-th key (from 1) of bins `start` to `end`, and the keys in the bins before it. */
function findBin(counts: Uint32Array, start: number, end: number, count: number) {
  let before = 0;
  let bin = start;
  for (; bin < end - 1 && before + counts[bin]! < count; bin++) before += counts[bin]!;
  return { bin, before };
}

function sum(counts: Uint32Array): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}

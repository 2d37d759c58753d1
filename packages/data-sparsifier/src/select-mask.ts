import { blockKeys, type BlockKeys } from './block-keys.js';
import type { SweepPlan } from './plan-sweep.js';
import { writeMask } from './pruned-values.js';
import { rankBlocks } from './rank-blocks.js';
import { binsOfCuts, countLow, countUpper, findCuts, findCutsBySorting, type Cut } from './select-cuts.js';

/** Writes the rank of each block at the plan's levels, one byte per block. */
export function selectRanks(data: Float32Array, plan: SweepPlan, ranks: Uint8Array): void {
  const keys = blockKeys(data, plan.grid, plan.norm);
  rankBlocks(keys, cutsOf(keys, plan.counts), ranks);
}

/** Writes the mask of a plan with one level, one byte per value: 1 keeps, 0 prunes. */
export function selectMask(data: Float32Array, plan: SweepPlan, mask: Uint8Array): void {
  const keys = blockKeys(data, plan.grid, plan.norm);
  maskOfKeys(data, plan, keys, cutsOf(keys, plan.counts), mask);
}

/** Writes the mask that a single cut through the keys makes. */
export function maskOfKeys(
  data: Float32Array,
  { grid, norm, zerosPerBlock }: Pick<SweepPlan, 'grid' | 'norm' | 'zerosPerBlock'>,
  keys: BlockKeys,
  cuts: readonly Cut[],
  mask: Uint8Array,
): void {
  // Where a block is one value, the ranks of one cut are the mask.
  const isMask = grid.blocks === mask.length && zerosPerBlock === 1;
  const ranks = isMask ? mask : new Uint8Array(grid.blocks);
  rankBlocks(keys, cuts, ranks);
  if (!isMask) writeMask({ ranks, rank: 0, grid, zerosPerBlock, norm, data }, mask);
}

// Histograms of 98,304 bins cost more than a sort of this many keys.
const fewKeys = 4096;

function cutsOf(keys: BlockKeys, counts: readonly number[]): Cut[] {
  if (keys.length <= fewKeys) return findCutsBySorting(keys, counts);
  const upper = countUpper(keys);
  const bins = binsOfCuts(upper, counts);
  return findCuts(upper, countLow(keys, bins), bins, counts);
}

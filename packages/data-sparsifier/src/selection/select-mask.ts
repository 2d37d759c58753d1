import type { SweepPlan } from './plan-sweep.js';
import { writeMask } from './pruned-values.js';
import { rankBlocks } from './ranking/rank-blocks.js';

/** Writes the rank of each block at the plan's levels, one byte per block. */
export function selectRanks(data: Float32Array, plan: SweepPlan, ranks: Uint8Array): void {
  rankBlocks({ ...plan, data }, plan.counts, ranks);
}

/** Writes the mask of a plan with one level, one byte per value: 1 keeps, 0 prunes. */
export function selectMask(data: Float32Array, plan: SweepPlan, mask: Uint8Array): void {
  const isMask = ranksEqualMask(plan);
  const ranks = isMask ? mask : new Uint8Array(plan.grid.blocks);
  selectRanks(data, plan, ranks);
  if (!isMask) writeMask({ ...plan, ranks, rank: 0, data }, mask);
}

/** Whether the ranks at a single level equal its mask, because a block is one value. */
export function ranksEqualMask({ grid, zerosPerBlock }: SweepPlan): boolean {
  return grid.blockRows === 1 && grid.blockColumns === 1 && zerosPerBlock === 1;
}

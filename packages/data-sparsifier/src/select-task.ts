import { blockKeys, type BlockKeys } from './block-keys.js';
import type { SweepPlan } from './plan-sweep.js';
import { rankBlocks } from './rank-blocks.js';
import { countLow, countUpper, type Cut } from './select-cuts.js';
import { maskOfKeys, selectMask, selectRanks } from './select-mask.js';

/** A table, or a part of one that holds whole blocks, to select from. All arrays are over shared memory. */
export interface SelectionPart {
  data: Float32Array;
  plan: SweepPlan;
  /** A mask with one byte per value, from a plan with one level; or ranks, one byte per block. */
  output: 'mask' | 'ranks';
  target: Uint8Array;
  /** Room for the keys from one step to the next; absent where the keys are the data itself. */
  keys?: Int32Array;
}

/** One step of a selection. The histograms of a part's steps are what they return; the others return nothing. */
export type SelectionTask = { part: SelectionPart } & (
  | { step: 'whole' }
  | { step: 'countUpper' }
  | { step: 'countLow'; bins: number[] }
  | { step: 'rank'; cuts: Cut[] }
);

export function runSelectionTask(task: SelectionTask): Uint32Array | undefined {
  const { data, plan, output, target, keys } = task.part;
  switch (task.step) {
    case 'whole':
      if (output === 'mask') selectMask(data, plan, target);
      else selectRanks(data, plan, target);
      return undefined;
    case 'countUpper':
      return countUpper(blockKeys(data, plan.grid, plan.norm, keys));
    case 'countLow':
      return countLow(keysOf(task.part), task.bins);
    case 'rank':
      if (output === 'mask') maskOfKeys(data, plan, keysOf(task.part), task.cuts, target);
      else rankBlocks(keysOf(task.part), task.cuts, target);
      return undefined;
  }
}

/** The keys that the first step left. */
function keysOf({ data, plan, keys }: SelectionPart): BlockKeys {
  return keys ?? blockKeys(data, plan.grid, plan.norm);
}

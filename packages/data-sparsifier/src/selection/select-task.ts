import { blockKeys } from './ranking/block-keys.js';
import type { SweepPlan } from './plan-sweep.js';
import { writeMask, type PrunedBlocks } from './pruned-values.js';
import type { RankedBins } from './ranking/rank-by-digits.js';
import { selectMask, selectRanks } from './select-mask.js';
import { keySourceOf, type Blocks } from './ranking/key-source.js';
import { selectionKernel, type ListedKeys } from './selection-kernel.js';

/** A table to select from. */
export interface SelectionJob {
  data: Float32Array;
  plan: SweepPlan;
  /** A mask, one byte per value, for a plan with one level; or ranks, one byte per block. */
  output: 'mask' | 'ranks';
  target: Uint8Array;
}

/** A whole selection, or one step of it for a part of a table. All arrays that it writes are over shared memory. */
export type SelectionTask =
  | { step: 'whole'; job: SelectionJob }
  /** Returns the number of keys in each bin; stores the keys if `blocks` has an array for them. */
  | { step: 'count'; blocks: Blocks }
  /** Returns the keys that are undecided after ranking by bins. */
  | { step: 'rank'; blocks: Blocks; bins: RankedBins; ranks: Uint8Array }
  | { step: 'mask'; blocks: PrunedBlocks; mask: Uint8Array };

export type SelectionOutput = Uint32Array<ArrayBuffer> | ListedKeys | undefined;

/** Runs a task. The steps for parts need the kernel. */
export function runSelectionTask(task: SelectionTask): SelectionOutput {
  switch (task.step) {
    case 'whole': {
      const { data, plan, output, target } = task.job;
      if (output === 'mask') selectMask(data, plan, target);
      else selectRanks(data, plan, target);
      return undefined;
    }
    case 'count': {
      const { data, grid, norm, keys } = task.blocks;
      if (keys) blockKeys(data, grid, norm, keys);
      return selectionKernel()!.countKeys(keySourceOf(task.blocks));
    }
    case 'rank':
      return selectionKernel()!.rankKeys(keySourceOf(task.blocks), task.bins, task.ranks);
    case 'mask':
      writeMask(task.blocks, task.mask);
      return undefined;
  }
}

import { DataNormSparsifier, type DataNormSparsifierOptions } from '@ds/data-sparsifier';
import { embeddingTableNames, type StateDict } from '@ds/tensor-files';
import type { Dlrm } from '../models/dlrm/dlrm.js';

/** The sparsity level of each epoch (from 0). */
export type LevelSchedule = (epoch: number) => number;

/**
 * A level that is multiplied by `gamma` after every `stepSize` epochs, up to 1. It is the schedule in PyTorch's tests of
 * its lightning callback (StepSLScheduler in
 * torch/ao/pruning/_experimental/data_sparsifier/lightning/tests/test_callbacks.py), whose levels above 1 prune
 * everything, like 1.
 *
 * @throws Error naming an option that is out of range
 */
export function stepSchedule({
  level,
  gamma = 1,
  stepSize = 1,
}: {
  /** Level of the first epoch, in [0, 1]. */
  level: number;
  /** At least 0; default 1, which keeps the level. */
  gamma?: number;
  /** Epochs between multiplications; default 1. */
  stepSize?: number;
}): LevelSchedule {
  if (!(level >= 0 && level <= 1)) throw new Error(`level: expected a number in [0, 1], found ${level}`);
  if (!(gamma >= 0 && gamma < Infinity))
    throw new Error(`gamma: expected a number of at least 0, found ${gamma}`);
  if (!(Number.isSafeInteger(stepSize) && stepSize >= 1)) {
    throw new Error(`step size: expected a whole number of at least 1, found ${stepSize}`);
  }
  return (epoch) => {
    let product = level;
    // Not a power, which rounds differently and could prune another number of blocks than PyTorch.
    for (let step = stepSize; step <= epoch; step += stepSize) product *= gamma;
    return Math.min(1, product);
  };
}

/** Describes the sparsified copy of an epoch. */
export interface SparsifiedEpoch {
  /** From 0. */
  epoch: number;
  /** Sparsity level in [0, 1]. */
  level: number;
  /** Fraction of the tables' values that are 0. */
  zeros: number;
}

/**
 * Training-aware sparsity, after PyTorch's lightning callback (TrainingAwareDataSparsity in
 * torch/ao/pruning/_experimental/data_sparsifier/lightning/callbacks/data_sparsity.py): at the end of every
 * epoch a copy of the model is sparsified with the schedule's level, while training continues with the unpruned model.
 * Each epoch's mask depends only on that epoch's values and level. The callback prunes every parameter of its module and
 * writes the zeros only to the last epoch's copy; this prunes only the embedding tables, and every epoch's copy.
 */
export function sparsifyEveryEpoch({
  schedule,
  onEpoch,
  ...options
}: {
  schedule: LevelSchedule;
  /** Called with the result of each epoch. */
  onEpoch?: (result: SparsifiedEpoch) => void;
} & Omit<DataNormSparsifierOptions, 'sparsityLevel'>): {
  /** To be passed to `train`, which calls it after each epoch. */
  afterEpoch: (end: { epoch: number; model: Dlrm }) => void;
  /** The copy of the last epoch. Throws before the first epoch has ended. */
  sparsified: () => StateDict;
} {
  let copy: StateDict | undefined;
  return {
    afterEpoch({ epoch, model }) {
      const level = schedule(epoch);
      const sparsifier = new DataNormSparsifier({ ...options, sparsityLevel: level });
      copy = { ...model.stateDict() };
      const names = embeddingTableNames(copy);
      for (const name of names) {
        const { data, shape } = copy[name]!;
        copy[name] = { data: data.slice(), shape };
        sparsifier.addData(name, copy[name]);
      }
      sparsifier.step();
      sparsifier.squashMask();
      onEpoch?.({ epoch, level, zeros: shareOfZeros(names.map((name) => copy![name]!.data)) });
    },
    sparsified() {
      if (!copy) throw new Error('no epoch has ended yet: there is no sparsified model');
      return copy;
    },
  };
}

function shareOfZeros(tables: readonly Float32Array[]): number {
  let zeros = 0;
  let values = 0;
  for (const data of tables) {
    values += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++;
  }
  return zeros / values;
}

import { DataNormSparsifier } from '@ds/data-sparsifier';
import { embeddingTableNames, type Dlrm, type LevelSchedule } from '@ds/dlrm';

/**
 * Prunes the model itself after each epoch, as an `afterEpoch` of `train`: the next epoch begins with the pruned
 * tables, and what is left can make up for what is gone. Pruned values may grow again, and are ranked anew at the
 * next epoch's end. Gradual pruning, after Zhu and Gupta 2017 (https://arxiv.org/abs/1710.01878), once an epoch.
 */
export function pruneInTraining(schedule: LevelSchedule): (end: { epoch: number; model: Dlrm }) => void {
  return ({ epoch, model }) => {
    // The tables of a state dict are the model's own.
    const stateDict = model.stateDict();
    const sparsifier = new DataNormSparsifier({ sparsityLevel: schedule(epoch), sparseBlockShape: [1, 4] });
    for (const name of embeddingTableNames(stateDict)) sparsifier.addData(name, stateDict[name]!);
    sparsifier.step();
    sparsifier.squashMask();
  };
}

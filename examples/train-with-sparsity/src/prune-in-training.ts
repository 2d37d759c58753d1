import { DataNormSparsifier } from '@ds/data-sparsifier';
import { embeddingTableNames, type Dlrm, type LevelSchedule } from '@ds/dlrm';

/**
 * Prunes the model itself after each epoch, as an `afterEpoch` of `train`. The next epoch starts from the pruned tables,
 * and the kept values can compensate for the pruned ones. Pruned values may become nonzero again, and are ranked again at
 * the end of the next epoch. This is gradual pruning (Zhu and Gupta 2017, https://arxiv.org/abs/1710.01878), once per
 * epoch.
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

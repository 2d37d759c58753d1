import {
  Dlrm,
  embeddingTableNames,
  kaggleConfigFor,
  sparsifyEveryEpoch,
  stepSchedule,
  train,
  type LevelSchedule,
  type StateDict,
} from '@ds/dlrm';
import { DataNormSparsifier } from '@ds/data-sparsifier';
import { pruneInTraining } from './prune-in-training.js';
import { quality } from './quality.js';
import { withSyntheticDays } from './synthetic-days.js';

/** The options of the comparison. */
export interface ComparisonOptions {
  rows: number;
  seed: number;
  epochs: number;
  sparsityLevel: number;
}

/** Trains twice, prunes in three ways at one level, and prints the quality of each. */
export async function compareSchedules({
  rows,
  seed,
  epochs,
  sparsityLevel,
}: ComparisonOptions): Promise<void> {
  // Starts at a fraction of the level and doubles; the last two epochs end at the level itself.
  const rising = stepSchedule({ level: sparsityLevel / 2 ** Math.max(0, epochs - 2), gamma: 2 });
  const schedule: LevelSchedule = (epoch) => Math.min(sparsityLevel, rising(epoch));

  await withSyntheticDays({ rows, seed }, async (days) => {
    const config = kaggleConfigFor(days.train.counts);
    console.log('epoch   level        unpruned    sparsified copy    pruned in training');
    const lines: string[][] = [];

    const model = await Dlrm.create(config, { seed });
    const pruned = await Dlrm.create(config, { seed });
    try {
      const sparsity = sparsifyEveryEpoch({ schedule, sparseBlockShape: [1, 4] });
      await train({
        ...{ model, dataset: days.train, epochs, seed },
        async afterEpoch(end) {
          sparsity.afterEpoch(end);
          lines.push([await quality(model, days.test), await quality(sparsity.sparsified(), days.test)]);
        },
      });
      const prune = pruneInTraining(schedule);
      await train({
        ...{ model: pruned, dataset: days.train, epochs, seed },
        async afterEpoch(end) {
          prune(end);
          const cells = [...lines[end.epoch]!, await quality(pruned, days.test)];
          const level = String(schedule(end.epoch)).padStart(7);
          console.log(
            `${String(end.epoch + 1).padStart(5)} ${level}`,
            ...cells.map((cell) => cell.padStart(17)),
          );
        },
      });
      const after = prunedAfterTraining(model.stateDict(), sparsityLevel);
      console.log(`pruned after training, at ${sparsityLevel}: ${await quality(after, days.test)}`);
    } finally {
      await Promise.all([model.dispose(), pruned.dispose()]);
    }
  });
}

/** A pruned copy of a trained model. */
function prunedAfterTraining(stateDict: StateDict, sparsityLevel: number): StateDict {
  const copy = { ...stateDict };
  const sparsifier = new DataNormSparsifier({ sparsityLevel, sparseBlockShape: [1, 4] });
  for (const name of embeddingTableNames(stateDict)) {
    const { data, shape } = stateDict[name]!;
    copy[name] = { data: data.slice(), shape };
    sparsifier.addData(name, copy[name]);
  }
  sparsifier.step();
  sparsifier.squashMask();
  return copy;
}

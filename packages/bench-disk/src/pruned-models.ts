import { levelSweepsInThreads } from '@ds/data-sparsifier';
import { embeddingTableNames, loadCheckpoint, type StateDict } from '@ds/dlrm';
import type { GridPoint, GridRow } from './grid.js';

/** One model of the grid, in memory until the next is asked for. */
export interface PrunedModel {
  point: GridPoint;
  /** The whole model; its tables hold +0 where they are pruned. */
  stateDict: StateDict;
  /** Seconds for this level's masks: its share of the one ranking, and its cut. */
  stepTimeSec: number;
}

/**
 * The models of one norm and block shape, lowest level first. The blocks are ranked once and a level prunes
 * what the levels below it have, so all levels are cut in turn into one copy of the tables: a fresh read of
 * the checkpoint. Memory: the model and one byte for each block.
 */
export async function* prunedModels({
  modelPath,
  gridRow: { norm, sparseBlockShape, sparsityLevels },
  threads,
}: {
  modelPath: string;
  gridRow: GridRow;
  threads?: number;
}): AsyncGenerator<PrunedModel> {
  const stateDict = await loadCheckpoint(modelPath, { shared: true });
  const tables = Object.fromEntries(embeddingTableNames(stateDict).map((name) => [name, stateDict[name]!]));
  const levels = sparsityLevels.toSorted((a, b) => a - b);

  const start = performance.now();
  const sweeps = await levelSweepsInThreads({ tables, levels, sparseBlockShape, norm, threads });
  const rankingTime = (performance.now() - start) / 1000;

  for (const sparsityLevel of levels) {
    const cutStart = performance.now();
    for (const [name, sweep] of sweeps) sweep.prune(sparsityLevel, tables[name]!.data);
    const cutTime = (performance.now() - cutStart) / 1000;
    yield {
      point: { norm, sparseBlockShape, sparsityLevel },
      stateDict,
      stepTimeSec: rankingTime / levels.length + cutTime,
    };
  }
}

import { levelSweepsInThreads } from '@ds/data-sparsifier';
import { embeddingTableNames, type StateDict } from '@ds/dlrm';
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
 * what the levels below it have, so all levels are cut in turn into one copy of the tables, which the caller
 * gives, to be used again. Memory beside both: one byte for each block.
 */
export async function* prunedModels({
  original,
  workingCopy,
  gridRow: { norm, sparseBlockShape, sparsityLevels },
  threads,
}: {
  original: StateDict;
  /** The same model, its tables in arrays of their own, which are overwritten (`withOwnTables`). */
  workingCopy: StateDict;
  gridRow: GridRow;
  threads?: number;
}): AsyncGenerator<PrunedModel> {
  const tables = Object.fromEntries(embeddingTableNames(original).map((name) => [name, original[name]!]));
  for (const [name, { data }] of Object.entries(tables)) workingCopy[name]!.data.set(data);
  const levels = sparsityLevels.toSorted((a, b) => a - b);

  const start = performance.now();
  const sweeps = await levelSweepsInThreads({ tables, levels, sparseBlockShape, norm, threads });
  const rankingTime = (performance.now() - start) / 1000;

  for (const sparsityLevel of levels) {
    const cutStart = performance.now();
    for (const [name, sweep] of sweeps) sweep.prune(sparsityLevel, workingCopy[name]!.data);
    const cutTime = (performance.now() - cutStart) / 1000;
    yield {
      point: { norm, sparseBlockShape, sparsityLevel },
      stateDict: workingCopy,
      stepTimeSec: rankingTime / levels.length + cutTime,
    };
  }
}

/** The model with new arrays for its tables, not yet filled; all other tensors are shared. */
export function withOwnTables(stateDict: StateDict): StateDict {
  const copy: StateDict = { ...stateDict };
  for (const name of embeddingTableNames(stateDict)) {
    const { data, shape } = stateDict[name]!;
    copy[name] = { data: new Float32Array(data.length), shape };
  }
  return copy;
}

import { levelSweepsInThreads } from '@ds/data-sparsifier';
import type { StateDict } from '@ds/tensor-files';
import type { GridRow } from '@ds/bench-models';
import type { RankedModel } from './pruned-model.js';

/** Ranks the blocks of all tables once for all levels of one norm and block shape. Takes a byte for each block. */
export async function rankModel({
  stateDict,
  tableNames,
  gridRow: { norm, sparseBlockShape, sparsityLevels },
  threads,
}: {
  /** Its tables over SharedArrayBuffers. */
  stateDict: StateDict;
  /** The tables that are pruned. */
  tableNames: readonly string[];
  gridRow: GridRow;
  threads: number | undefined;
}): Promise<{
  model: RankedModel;
  /** A level's share of the time that the ranking took. */
  rankingTimeSec: number;
}> {
  const tables = Object.fromEntries(tableNames.map((name) => [name, stateDict[name]!]));
  const start = performance.now();
  const sweeps = await levelSweepsInThreads({
    tables,
    levels: sparsityLevels,
    sparseBlockShape,
    norm,
    threads,
  });
  const rankingTimeSec = (performance.now() - start) / 1000 / sparsityLevels.length;
  const ranks = Object.fromEntries([...sweeps].map(([name, sweep]) => [name, sweep.ranks]));
  return { model: { stateDict, ranks, norm, sparseBlockShape, sparsityLevels }, rankingTimeSec };
}

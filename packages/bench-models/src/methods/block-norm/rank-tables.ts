import { levelSweepsInThreads } from '@ds/data-sparsifier';
import type { StateDict } from '@ds/tensor-files';
import type { BlockPoint, GridPoint } from '../grid/grid-point.js';
import type { SweepContext, SweepPlan } from '../method.js';

/** Ranks the blocks of each table once for all levels of one norm and block shape. Takes a byte for each block. */
export async function rankTables(
  tables: StateDict,
  points: readonly GridPoint[],
  { threads }: SweepContext,
): Promise<SweepPlan> {
  const sweeps = await levelSweepsInThreads({ ...sweepConfig(points), tables, threads });
  return { points, tables: Object.fromEntries([...sweeps].map(([name, { ranks }]) => [name, ranks])) };
}

/** The configuration of a level sweep for points that differ only in their level. */
export function sweepConfig(points: readonly GridPoint[]) {
  const [{ norm, sparseBlockShape }] = points as readonly [BlockPoint];
  return { norm, sparseBlockShape, levels: points.map(({ sparsityLevel }) => sparsityLevel!) };
}

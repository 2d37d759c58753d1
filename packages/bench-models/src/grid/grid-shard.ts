import type { GridRow } from './grid.js';
import { itemsOfShard, type Shard } from './shard.js';

/** The part of a grid that a shard works on: consecutive models; norms and shapes without any are left out. */
export function gridRowsOfShard(gridRows: readonly GridRow[], shard: Shard | undefined): GridRow[] {
  const models = gridRows.flatMap((row) => row.sparsityLevels.map((level) => ({ row, level })));
  const ours = itemsOfShard(models, shard);
  return gridRows
    .map((gridRow) => ({
      ...gridRow,
      sparsityLevels: ours.filter(({ row }) => row === gridRow).map(({ level }) => level),
    }))
    .filter(({ sparsityLevels }) => sparsityLevels.length > 0);
}

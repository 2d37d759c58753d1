import { itemsOfShard, type Shard } from '../../measures/shard.js';

/** The part of a grid that a shard processes: consecutive models; sweeps without any of them are left out. */
export function sweepsOfShard<Point extends object>(
  sweeps: readonly (readonly Point[])[],
  shard: Shard | undefined,
): Point[][] {
  const ours = new Set(itemsOfShard(sweeps.flat(), shard));
  return sweeps
    .map((points) => points.filter((point) => ours.has(point)))
    .filter((points) => points.length > 0);
}

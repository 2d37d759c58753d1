/**
 * One part of a benchmark that is divided among several processes or machines. The commands parse it into the `Shard` of
 * @ds/files, which is private and so cannot appear in these published types.
 */
export interface Shard {
  /** Number of this part, from 1. */
  index: number;
  /** Number of parts. */
  count: number;
}

/** The items of a part. Parts are consecutive, so that all parts one after another are all items in order. */
export function itemsOfShard<Item>(items: readonly Item[], shard: Shard | undefined): readonly Item[] {
  if (!shard) return items;
  const boundary = (part: number) => Math.floor((part * items.length) / shard.count);
  return items.slice(boundary(shard.index - 1), boundary(shard.index));
}

import { extname } from 'node:path';

/**
 * One part of a command's work, which is divided among several processes or machines. Only for private code: a type of
 * this package, which is inlined, must not appear in the types of a published one, so @ds/bench-models has its own.
 */
export interface Shard {
  /** Number of this part, from 1. */
  index: number;
  /** Number of parts. */
  count: number;
}

/**
 * The file of a part: `metrics.csv` becomes `metrics.2-of-8.csv`. Without a part, or if the path already names it, the path
 * itself.
 */
export function partPath(path: string, shard: Shard | undefined): string {
  const named = partOfPath(path);
  if (!shard || (named?.index === shard.index && named.count === shard.count)) return path;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return `${stem}.${shard.index}-of-${shard.count}${extension}`;
}

/** The part in a path that `partPath` returned; undefined if the path names none. */
export function partOfPath(path: string): Shard | undefined {
  const found = /\.(\d+)-of-(\d+)(\.[^./\\]*)?$/.exec(path);
  return found ? { index: Number(found[1]), count: Number(found[2]) } : undefined;
}

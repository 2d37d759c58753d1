import { extname } from 'node:path';

/** One part of a file that several processes write: which one, from 1, of how many. */
interface Part {
  index: number;
  count: number;
}

/** The file of a part: `metrics.csv` becomes `metrics.2-of-8.csv`. Without a part, the path itself. */
export function partPath(path: string, part: Part | undefined): string {
  if (!part) return path;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return `${stem}.${part.index}-of-${part.count}${extension}`;
}

/** The part in a path that `partPath` returned; undefined if the path names none. */
export function partOfPath(path: string): Part | undefined {
  const found = /\.(\d+)-of-(\d+)(\.[^./\\]*)?$/.exec(path);
  return found ? { index: Number(found[1]), count: Number(found[2]) } : undefined;
}

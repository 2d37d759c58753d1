import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resolveLinks } from './resolve-links.js';

/** Free bytes that this user can write to the disk of `path`, which may not exist yet; undefined if the disk does not say. */
export async function freeSpace(path: string): Promise<number | undefined> {
  let place = resolveLinks(path);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    const { bavail, bsize, blocks } = await statfs(place);
    return blocks > 0 ? bavail * bsize : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fails early if a disk has too little space for what will be written.
 *
 * @throws Error naming the path, with the needed and the free bytes.
 */
export async function checkFreeSpace(
  path: string,
  {
    bytes,
    what,
  }: {
    /** A lower bound of the bytes that will be written. */
    bytes: number;
    /** What they are, in the plural, such as `the rows as a temporary file`. */
    what: string;
  },
): Promise<void> {
  const free = await freeSpace(path);
  if (free !== undefined && free < bytes) {
    throw new Error(`cannot write ${path}: ${what} need ${bytes} bytes, the disk has ${free} free`);
  }
}

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resolveLinks } from './resolve-links.js';

/** Bytes that this user can still write to the disk that `path` is or will be on; undefined where the disk does not say. */
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
 * Fails before the work does when a disk has too little space for what will be written.
 *
 * @throws Error naming the path, with the bytes that are needed and free.
 */
export async function checkFreeSpace(
  path: string,
  {
    bytes,
    what,
  }: {
    /** Bytes that will be written for certain. */
    bytes: number;
    /** What they are: `the rows as a temporary file`. */
    what: string;
  },
): Promise<void> {
  const free = await freeSpace(path);
  if (free !== undefined && free < bytes) {
    throw new Error(`cannot write ${path}: ${what} need ${bytes} bytes, the disk has ${free} free`);
  }
}

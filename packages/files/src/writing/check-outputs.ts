import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { resolveLinks } from './resolve-links.js';
import { temporaryNameFor } from './temporary-file.js';
import { cannotWrite } from './write-error.js';

/**
 * Fails before any work starts if an output is also an input or another output, even under another name, or cannot be
 * written.
 *
 * @throws Error naming the output and the obstacle.
 */
export function checkOutputs({
  inputs,
  outputs,
}: {
  /** Files that are read; undefined and missing ones are ignored. */
  inputs: readonly (string | undefined)[];
  /** Files that are written. */
  outputs: readonly (string | undefined)[];
}): void {
  const isGiven = (path: string | undefined): path is string => path !== undefined;
  const taken = new Map<string, { path: string; is: string }>();
  for (const path of inputs.filter(isGiven)) {
    const key = fileKey(path);
    if (key !== undefined && !taken.has(key))
      taken.set(key, { path, is: 'is also an input, and would be lost' });
  }
  const writable = new Set<string>();
  for (const path of outputs.filter(isGiven)) {
    const key = fileKey(path);
    const clash = key === undefined ? undefined : taken.get(key);
    if (clash) {
      const named = clash.path === path ? '' : ` (it is the same file as ${clash.path})`;
      throw new Error(`cannot write ${path}: it ${clash.is}${named}`);
    }
    checkWritable(path, writable);
    if (key !== undefined) taken.set(key, { path, is: 'is written twice' });
  }
}

/** The same for two names of one file; undefined for a device, which can have many writers. */
function fileKey(path: string): string | undefined {
  const stats = statsOf(path);
  if (stats && !stats.isFile() && !stats.isDirectory()) return undefined;
  return stats && stats.ino !== 0 ? `${stats.dev} ${stats.ino}` : resolveLinks(path);
}

/** @param writable folders that have been tried, to which this one is added */
function checkWritable(path: string, writable: Set<string>): void {
  const stats = statsOf(path);
  if (stats?.isDirectory()) throw new Error(`cannot write ${path}: it is a folder`);
  // A file is replaced by a new one, so only its folder must be writable.
  let place = stats && !stats.isFile() ? resolveLinks(path) : dirname(resolveLinks(path));
  while (!existsSync(place)) place = dirname(place);
  if (!stats && !statSync(place).isDirectory()) {
    throw new Error(`cannot write ${path}: a part of its path is a file, not a folder`);
  }
  if (writable.has(place)) return;
  try {
    accessSync(place, constants.W_OK);
  } catch {
    throw new Error(`cannot write ${path}: no permission to write to ${place}`);
  }
  if (stats && !stats.isFile()) return;
  // To root everything seems writable, also /proc.
  const trial = temporaryNameFor(resolve(place, 'trial'));
  try {
    closeSync(openSync(trial, 'wx'));
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    rmSync(trial, { force: true });
  }
  writable.add(place);
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // the caller finds the reason
  }
}

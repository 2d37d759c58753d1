import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isOwner, isRunning, ownerOfTemporary } from '../locks/owner.js';

const longestOwner = 64;
const done = new Set<string>();

/**
 * Removes temporary files and locks that processes of this machine left in a folder because they died without cleaning up
 * (killed, out of memory, power failure). Does so once per folder. Files of processes on other machines stay, because
 * we cannot see whether those are still running.
 */
export function removeLeftovers(folder: string): void {
  if (done.has(folder)) return;
  done.add(folder);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // whoever writes there gets the error
  }
  for (const name of names) {
    const path = join(folder, name);
    const owner = ownerOfTemporary(name) ?? ownerOfLock(path);
    if (owner === undefined || isRunning(owner) !== false) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It may belong to another user; it does no harm.
    }
  }
}

/** The owner named in one of our locks; undefined for any other file. */
export function ownerOfLock(path: string): string | undefined {
  if (!/^\..*\.lock$/s.test(basename(path))) return undefined;
  try {
    const stats = lstatSync(path);
    if (!stats.isFile() || stats.size > longestOwner) return undefined;
    const text = readFileSync(path, 'latin1');
    return isOwner(text) ? text : undefined;
  } catch {
    return undefined; // removed meanwhile
  }
}

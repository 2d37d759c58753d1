import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isOwner, isRunning, ownerOfTemporary } from './owner.js';

const longestOwner = 64;
const done = new Set<string>();

/**
 * Removes what processes of this machine that have died without a chance to tidy up (killed, out of memory, a power cut)
 * left in a folder: temporary files, and locks on outputs. Once for each folder. What processes of other machines left
 * there stays, since whether they run cannot be seen from here.
 */
export function removeLeftOvers(folder: string): void {
  if (done.has(folder)) return;
  done.add(folder);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // who wants to write there finds out why
  }
  for (const name of names) {
    const path = join(folder, name);
    const owner = ownerOfTemporary(name) ?? ownerOfLock(path);
    if (owner === undefined || isRunning(owner) !== false) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else's: it is in nobody's way.
    }
  }
}

/** The owner that a lock of ours names; undefined for anything else. */
export function ownerOfLock(path: string): string | undefined {
  if (!/^\..*\.lock$/s.test(basename(path))) return undefined;
  try {
    const stats = lstatSync(path);
    if (!stats.isFile() || stats.size > longestOwner) return undefined;
    const text = readFileSync(path, 'latin1');
    return isOwner(text) ? text : undefined;
  } catch {
    return undefined; // gone meanwhile
  }
}

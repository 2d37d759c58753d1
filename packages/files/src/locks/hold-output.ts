import { renameSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keepAtExit, removeAtExit } from '../writing/at-exit.js';
import { makeFolders } from '../make-folders.js';
import { isRunning, ownerOfThisProcess, processOf } from './owner.js';
import { ownerOfLock } from '../writing/remove-leftovers.js';
import { resolveLinks } from '../writing/resolve-links.js';
import { cannotWrite } from '../writing/write-error.js';
import { nameWithin, temporaryNameFor } from '../writing/temporary-file.js';

/** An output that only this process may write. */
export interface HeldOutput {
  /** Whether that still holds: a process on another machine takes over from one that seems dead because it was suspended. */
  isHeld(): boolean;
  /** Lets other processes write it. */
  release(): void;
}

// Milliseconds. A running process touches its locks, which is the only sign of life visible from another machine.
const touchInterval = 30_000;
const deadAfter = 10 * 60_000;
// A lock is written as soon as it is created, so one that stays empty belongs to a process that died in between.
const emptyLockTimeout = 5_000;
const settleTime = 20;
const maxTries = 50;

/**
 * Makes this process the only one that may write an output, until it releases the output or ends in any way. A file
 * `.<name>.lock` next to the output names the process. A process may hold the same output more than once.
 *
 * @throws Error saying which process holds it, or the system's error if its folder cannot be created or written.
 */
export function holdOutput(path: string): HeldOutput {
  const target = resolveLinks(path);
  if (isSpecial(target)) return { isHeld: () => true, release: () => undefined };
  const made = makeFolders(dirname(target));
  const lock = join(dirname(target), `.${nameWithin(target)}.lock`);
  const me = ownerOfThisProcess();
  const isHeld = () => ownerOfLock(lock) === me;
  for (let tries = 0; tries < maxTries; tries++) {
    if (isHeld()) return { isHeld, release: () => undefined };
    if (make(lock, me) || takeOver(lock, me)) {
      const release = keepTouching(lock, { isHeld, made });
      return { isHeld, release };
    }
  }
  throw new Error(`its lock ${lock} keeps changing owners; remove it`);
}

/** Devices and FIFOs can have many writers. */
function isSpecial(target: string): boolean {
  const stats = statSync(target, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function make(lock: string, owner: string): boolean {
  try {
    writeFileSync(lock, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock of a dead process; false if the lock changed meanwhile. */
function takeOver(lock: string, me: string): boolean {
  const owner = ownerOfLock(lock);
  const ours = temporaryNameFor(lock);
  writeFileSync(ours, me, { flag: 'wx' });
  try {
    const touched = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (touched === undefined) return false;
    // By the disk's clock, which may be another machine's.
    const age = statSync(ours).mtimeMs - touched;
    const running = owner === undefined ? age < emptyLockTimeout : (isRunning(owner) ?? age < deadAfter);
    if (running) throw new Error(heldBy(lock, owner));
    if (ownerOfLock(lock) !== owner) return false;
    renameSync(ours, lock);
  } finally {
    rmSync(ours, { force: true });
  }
  // Another process may have found the same dead lock: the last one to rename owns it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settleTime);
  return ownerOfLock(lock) === me;
}

function heldBy(lock: string, owner: string | undefined): string {
  if (owner !== undefined && isRunning(owner)) {
    return `process ${processOf(owner)} is already writing it`;
  }
  return `a process on another machine is already writing it; if that process is dead, remove ${lock}`;
}

/** Returns a function that removes the lock, and the folders from `made` on if they are empty. */
function keepTouching(
  lock: string,
  { isHeld, made }: { isHeld: () => boolean; made: string | undefined },
): () => void {
  const touch = setInterval(() => {
    const now = new Date();
    try {
      if (isHeld()) utimesSync(lock, now, now);
    } catch {
      // The lock disappeared between the two calls; noticed when the output is finished.
    }
  }, touchInterval).unref();
  const remove = () => {
    if (isHeld()) rmSync(lock, { force: true });
    if (made !== undefined) removeEmptyFolders(dirname(lock), made);
  };
  removeAtExit(lock, remove);
  return () => {
    clearInterval(touch);
    remove();
    keepAtExit(lock);
  };
}

function removeEmptyFolders(folder: string, outermost: string): void {
  try {
    for (let inner = folder; inner.length >= outermost.length; inner = dirname(inner)) rmdirSync(inner);
  } catch {
    // Not empty.
  }
}

/**
 * Makes this process the only one that may write some outputs while `work` runs.
 *
 * @throws Error naming an output that another process is writing, or that cannot be written.
 */
export async function whileHolding<Result>(
  paths: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const held: HeldOutput[] = [];
  try {
    for (const path of paths) held.push(holdOrFail(path));
    return await work();
  } finally {
    // In reverse, so that folders created for the first locks are empty by then.
    held.reverse().forEach(({ release }) => release());
  }
}

function holdOrFail(path: string): HeldOutput {
  try {
    return holdOutput(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

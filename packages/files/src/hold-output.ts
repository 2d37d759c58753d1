import { mkdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keepAtExit, removeAtExit } from './at-exit.js';
import { isRunning, ownerOfThisProcess, processOf } from './owner.js';
import { ownerOfLock } from './remove-left-overs.js';
import { resolveLinks } from './resolve-links.js';
import { cannotWrite } from './write-error.js';
import { nameWithin, temporaryNameFor } from './temporary-file.js';

/** An output that this process alone writes. */
export interface HeldOutput {
  /** Whether it still is: a process that stood still for long may have been taken for dead by one on another machine. */
  isHeld(): boolean;
  /** Lets others write it. */
  release(): void;
}

// Whether a process of another machine runs shows only in this: it touches its locks.
const touchedEvery = 30_000;
const deadAfter = 10 * 60_000;
// Between making a lock and writing into it lies no time, unless the process dies there.
const emptyFor = 5_000;
const settling = 20;
const mostTries = 50;

/**
 * Makes this process the only one that writes an output, until it releases it or ends, however it ends: a file
 * `.<name>.lock` beside the output names the process. An output that this process holds already may be held again.
 *
 * @throws Error saying who holds it, or the system's error when its folder cannot be made or written.
 */
export function holdOutput(path: string): HeldOutput {
  const target = resolveLinks(path);
  if (isSpecial(target)) return { isHeld: () => true, release: () => undefined };
  const made = mkdirSync(dirname(target), { recursive: true });
  const lock = join(dirname(target), `.${nameWithin(target)}.lock`);
  const me = ownerOfThisProcess();
  const isHeld = () => ownerOfLock(lock) === me;
  for (let tries = 0; tries < mostTries; tries++) {
    if (isHeld()) return { isHeld, release: () => undefined };
    if (make(lock, me) || takeOver(lock, me)) {
      const release = keepTouching(lock, { isHeld, made });
      return { isHeld, release };
    }
  }
  throw new Error(`its lock ${lock} changes hands all the time; remove it`);
}

/** A device or a FIFO takes many writers. */
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

/** Puts this process into the place of a dead one; false if the lock changed meanwhile. */
function takeOver(lock: string, me: string): boolean {
  const owner = ownerOfLock(lock);
  const ours = temporaryNameFor(lock);
  writeFileSync(ours, me, { flag: 'wx' });
  try {
    const touched = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (touched === undefined) return false;
    // By the clock of the disk, which is another machine's.
    const age = statSync(ours).mtimeMs - touched;
    const running = owner === undefined ? age < emptyFor : (isRunning(owner) ?? age < deadAfter);
    if (running) throw new Error(heldBy(lock, owner));
    if (ownerOfLock(lock) !== owner) return false;
    renameSync(ours, lock);
  } finally {
    rmSync(ours, { force: true });
  }
  // Another process may have found the same dead one: the last to rename has it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settling);
  return ownerOfLock(lock) === me;
}

function heldBy(lock: string, owner: string | undefined): string {
  if (owner !== undefined && isRunning(owner)) {
    return `process ${processOf(owner)} is writing it already`;
  }
  return `a process of another machine is writing it already; if that has died, remove ${lock}`;
}

/** Returns the release, which removes the lock, and the folders from `made` on if nothing came into them. */
function keepTouching(
  lock: string,
  { isHeld, made }: { isHeld: () => boolean; made: string | undefined },
): () => void {
  const touch = setInterval(() => {
    const now = new Date();
    try {
      if (isHeld()) utimesSync(lock, now, now);
    } catch {
      // Gone between the two: found out when the output is finished.
    }
  }, touchedEvery).unref();
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
    // Something is in it.
  }
}

/**
 * Makes this process the only one that writes some outputs while `work` is done.
 *
 * @throws Error naming the output that another process writes, or that cannot be written.
 */
export async function whileHolding<Result>(
  paths: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const held: HeldOutput[] = [];
  try {
    for (const path of paths) held.push(holdNamed(path));
    return await work();
  } finally {
    // The folders that the first ones made are empty when the last ones are gone.
    held.reverse().forEach(({ release }) => release());
  }
}

function holdNamed(path: string): HeldOutput {
  try {
    return holdOutput(path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

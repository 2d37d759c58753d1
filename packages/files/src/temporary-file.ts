import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { keepAtExit, removeAtExit } from './at-exit.js';
import { ownerOfThisProcess } from './owner.js';
import { removeLeftOvers } from './remove-left-overs.js';

// File systems take names of 255 bytes, and a temporary name is up to 50 longer than the file's.
const longestName = 180;

/** A name as part of a hidden one beside it: itself, or where that were too long, what stands for it. */
export function nameWithin(path: string): string {
  const name = basename(path);
  return Buffer.byteLength(name) <= longestName ? name : createHash('sha256').update(name).digest('hex');
}

/** The name of a temporary file beside `path`: it says which process makes it, so that the next can remove it. */
export function temporaryNameFor(path: string): string {
  return join(
    dirname(path),
    `.${nameWithin(path)}.${ownerOfThisProcess()}.${randomBytes(6).toString('hex')}.tmp`,
  );
}

/** A new file that is removed if the process exits before it is kept or removed. */
export interface TemporaryFile {
  path: string;
  /** Open for reading and writing. */
  file: FileHandle;
}

/**
 * Makes a temporary file beside `path`, in a folder that is there. What processes that have died left in that folder is
 * removed before.
 *
 * @throws The system's error when it cannot be made.
 */
export async function openTemporary(path: string): Promise<TemporaryFile> {
  removeLeftOvers(dirname(path));
  const temporary = temporaryNameFor(path);
  removeAtExit(temporary, () => rmSync(temporary, { force: true }));
  try {
    // Made at once: an exit while a thread of Node's pool makes the file would leave it behind.
    closeSync(openSync(temporary, 'wx'));
    return { path: temporary, file: await open(temporary, 'r+') };
  } catch (error) {
    await removeTemporary(temporary);
    throw error;
  }
}

/** Gives the file the name of `target` and keeps it. */
export async function keepTemporary(path: string, target: string): Promise<void> {
  await rename(path, target);
  keepAtExit(path);
}

/** Removes the file; that it is gone already is fine. */
export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { force: true });
  keepAtExit(path);
}

// Linux makes a file without a name (open(2), O_TMPFILE), which nothing can leave behind.
const withoutName = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;

/**
 * Opens a new file without a name in the folder of `path` for reading and writing: its space is freed when the handle is
 * closed, however the process ends. Where the system or the disk knows no such files, it has a name for a moment.
 *
 * @throws The system's error when it cannot be made.
 */
export async function openUnnamed(path: string): Promise<FileHandle> {
  removeLeftOvers(dirname(path));
  if (process.platform === 'linux') {
    try {
      return await open(dirname(path), withoutName, 0o600);
    } catch {
      // Not on this disk; or whatever it is, the named file shows it.
    }
  }
  const temporary = await openTemporary(path);
  await removeTemporary(temporary.path);
  return temporary.file;
}

/**
 * Calls `use` with a new folder in the system's one for temporary files, and removes it with all that is in it when that
 * is done or the process exits.
 */
export async function withTemporaryFolder<Result>(
  name: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  removeLeftOvers(tmpdir());
  const folder = temporaryNameFor(join(tmpdir(), name));
  removeAtExit(folder, () => rmSync(folder, { recursive: true, force: true }));
  try {
    mkdirSync(folder, { mode: 0o700 });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    keepAtExit(folder);
  }
}

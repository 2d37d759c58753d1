import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { keepAtExit, removeAtExit } from './at-exit.js';
import { ownerOfThisProcess } from '../locks/owner.js';
import { removeLeftovers } from './remove-leftovers.js';
import { temporaryRoot } from './temporary-root.js';

// File systems allow names of 255 bytes, and a temporary name is up to 50 bytes longer than the file's.
const maxNameLength = 180;

/** A file's name for use within a longer name: itself, or its hash if it is too long. */
export function nameWithin(path: string): string {
  const name = basename(path);
  return Buffer.byteLength(name) <= maxNameLength ? name : createHash('sha256').update(name).digest('hex');
}

/** A name for a temporary file next to `path`. It names the process, so that a later process can remove a leftover file. */
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
 * Creates a temporary file next to `path`, in an existing folder. First removes what dead processes left in that folder.
 *
 * @throws The system's error if it cannot be created.
 */
export async function openTemporary(path: string): Promise<TemporaryFile> {
  removeLeftovers(dirname(path));
  const temporary = temporaryNameFor(path);
  removeAtExit(temporary, () => rmSync(temporary, { force: true }));
  try {
    // Created synchronously: an exit while a thread of Node's pool creates the file would leave it behind.
    closeSync(openSync(temporary, 'wx'));
    return { path: temporary, file: await open(temporary, 'r+') };
  } catch (error) {
    await removeTemporary(temporary);
    throw error;
  }
}

/** Renames the file to `target` and keeps it. */
export async function keepTemporary(path: string, target: string): Promise<void> {
  await rename(path, target);
  keepAtExit(path);
}

/** Removes the file, if it still exists. */
export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { force: true });
  keepAtExit(path);
}

// Linux can create a file without a name (open(2), O_TMPFILE), which cannot be left behind.
const withoutName = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;

/**
 * Opens a new file without a name in the folder of `path` for reading and writing. Its space is freed when the handle is
 * closed, however the process ends. If the system or the disk does not support this, the file has a name for a moment.
 *
 * @throws The system's error if it cannot be created.
 */
export async function openUnnamed(path: string): Promise<FileHandle> {
  removeLeftovers(dirname(path));
  if (process.platform === 'linux') {
    try {
      return await open(dirname(path), withoutName, 0o600);
    } catch {
      // Not supported on this disk. Any other error occurs again with the named file.
    }
  }
  const temporary = await openTemporary(path);
  await removeTemporary(temporary.path);
  return temporary.file;
}

/**
 * Calls `use` with a new folder, inside the system's temporary folder or `parent`. The new folder and its contents are
 * removed when `use` returns or the process exits.
 */
export async function withTemporaryFolder<Result>(
  name: string,
  use: (folder: string) => Promise<Result>,
  { parent = temporaryRoot() }: { parent?: string } = {},
): Promise<Result> {
  removeLeftovers(parent);
  const folder = temporaryNameFor(join(parent, name));
  removeAtExit(folder, () => rmSync(folder, { recursive: true, force: true }));
  try {
    mkdirSync(folder, { mode: 0o700 });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    keepAtExit(folder);
  }
}

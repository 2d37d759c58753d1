import { closeSync, openSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';

// Files in the making, removed if the process exits (also by a signal that a command turns into an exit).
const unfinished = new Set<string>();
const removeUnfinished = () => unfinished.forEach((path) => rmSync(path, { force: true }));

/**
 * Makes a new file, open for reading and writing, that is removed if the process exits before `keepTemporary` or
 * `removeTemporary`.
 *
 * @throws The system's error when it cannot be made or is there already.
 */
export async function openTemporary(path: string): Promise<FileHandle> {
  // Listens to the exit only meanwhile: each package has a copy of this module, and Node warns of over ten listeners.
  if (unfinished.size === 0) process.on('exit', removeUnfinished);
  unfinished.add(path);
  try {
    // Made at once: an exit while a thread of Node's pool makes the file would leave it behind.
    closeSync(openSync(path, 'wx'));
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') keepTemporary(path);
    else await removeTemporary(path);
    throw error;
  }
}

/** An exit leaves the file from now on: it has been renamed. */
export function keepTemporary(path: string): void {
  unfinished.delete(path);
  if (unfinished.size === 0) process.off('exit', removeUnfinished);
}

/** Removes the file; that it is gone already is fine. */
export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { force: true });
  keepTemporary(path);
}

import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders, openUnnamed } from '@ds/files';

/**
 * Opens a new file without a name in the folder of `path` for reading and writing. Its space is freed when the handle is
 * closed, however the process ends.
 *
 * @throws Error naming `path` if its folder cannot be written.
 */
export async function openUnnamedFile(path: string): Promise<FileHandle> {
  try {
    makeFolders(dirname(path));
    return await openUnnamed(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write a temporary file next to ${path}: ${reason}`, { cause: error });
  }
}

/** Fills `target` with the bytes of an open file from `position` on. */
export async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new Error(`a temporary file was cut short at ${position + done} bytes`);
    done += bytesRead;
  }
}

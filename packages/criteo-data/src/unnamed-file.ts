import { randomBytes } from 'node:crypto';
import { mkdir, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openTemporary, removeTemporary } from '@ds/files';

/**
 * Opens a new file near `path` for reading and writing, and removes its name at once: the space is freed when
 * the handle is closed, however the process ends.
 *
 * @throws Error naming `path` when its folder cannot be written.
 */
export async function openUnnamedFile(path: string): Promise<FileHandle> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await openTemporary(temporary);
    await removeTemporary(temporary);
    return file;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write a temporary file beside ${path}: ${reason}`, { cause: error });
  }
}

/** Fills `target` with the bytes of an open file from `position`. */
export async function readFully(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw new Error(`a temporary file was cut short at ${position + done} bytes`);
    done += bytesRead;
  }
}

import { open, stat, type FileHandle } from 'node:fs/promises';
import { holdOutput, type HeldOutput } from './hold-output.js';
import { resolveLinks } from './resolve-links.js';
import { cannotWrite, writeError } from './write-error.js';
import { keepTemporary, openTemporary, removeTemporary, type TemporaryFile } from './temporary-file.js';

/** A file that is written under a temporary name beside its own. */
export interface UnfinishedFile {
  /** Open for writing. */
  file: FileHandle;
  /** Closes it and gives it its name. @throws Error naming the path when that cannot be done; the file is then gone. */
  finish(): Promise<void>;
  /** Closes and removes it; an earlier file of its name stays. */
  abandon(): Promise<void>;
}

/**
 * Writes a file so that it is there whole or not at all: `write` fills a temporary file beside the target,
 * which is renamed over it when done. On a failure the temporary file is removed, an earlier file stays as
 * it was, and the error goes on to the caller; folders that are missing are made. A link is followed, and the new
 * file has the mode of the earlier one. What is no regular file (`/dev/stdout`, a FIFO) is written into as it stands.
 * Meanwhile no other process can write it.
 *
 * @throws Error naming `path` when its folder cannot be made or written, or another process is writing it.
 */
export async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const { file, finish, abandon } = await beginWhole(path);
  try {
    await write(file);
  } catch (error) {
    await abandon();
    throw writeError(path, error);
  }
  await finish();
}

/**
 * `writeWhole` in steps, for a file that somebody else fills.
 *
 * @throws Error naming `path` when its folder cannot be made or written, or another process is writing it.
 */
export async function beginWhole(path: string): Promise<UnfinishedFile> {
  const target = resolveLinks(path);
  let held: HeldOutput | undefined;
  let temporary: TemporaryFile | undefined;
  const giveUp = async () => {
    await temporary?.file.close().catch(() => undefined);
    if (temporary) await removeTemporary(temporary.path);
    held?.release();
  };
  try {
    const earlier = await stat(target).catch(() => undefined);
    if (earlier?.isDirectory()) throw new Error('it is a folder');
    if (earlier && !earlier.isFile()) return writeInto(path, await open(target, 'w'));
    held = holdOutput(target);
    temporary = await openTemporary(target);
    if (earlier) await temporary.file.chmod(earlier.mode & 0o7777);
  } catch (error) {
    await giveUp();
    throw cannotWrite(path, error);
  }
  const { file, path: temporaryPath } = temporary;
  const lock = held;
  return {
    file,
    finish: async () => {
      try {
        await file.close();
        if (!lock.isHeld()) throw new Error(`cannot write ${path}: another process has begun to write it`);
        await keepTemporary(temporaryPath, target);
        lock.release();
      } catch (error) {
        await giveUp();
        throw writeError(path, error);
      }
    },
    abandon: giveUp,
  };
}

/** A device, a FIFO or a socket: there is nothing to rename, and nothing to remove on a failure. */
function writeInto(path: string, file: FileHandle): UnfinishedFile {
  const close = () =>
    file.close().catch((error: unknown) => {
      throw writeError(path, error);
    });
  return { file, finish: close, abandon: close };
}

import { open, stat, type FileHandle } from 'node:fs/promises';
import { holdOutput, type HeldOutput } from '../locks/hold-output.js';
import { resolveLinks } from './resolve-links.js';
import { cannotWrite, writeError } from './write-error.js';
import { keepTemporary, openTemporary, removeTemporary, type TemporaryFile } from './temporary-file.js';

/** A file that is written under a temporary name next to its final one. */
export interface UnfinishedFile {
  /** Open for writing. */
  file: FileHandle;
  /** Closes it and renames it to its final name. @throws Error naming the path if that fails; the file is then removed. */
  finish(): Promise<void>;
  /** Closes and removes it; an earlier file of the same name stays. */
  abandon(): Promise<void>;
}

/**
 * Writes a file atomically: `write` fills a temporary file next to the target, which is renamed over it when complete.
 * On a failure the temporary file is removed, an earlier file stays as it was, and the error is thrown. Missing folders
 * are created. Links are followed, and the new file gets the mode of the earlier one. A special file (`/dev/stdout`, a
 * FIFO) is written directly. No other process can write the file in the meantime.
 *
 * @throws Error naming `path` if its folder cannot be created or written, or another process is writing it.
 */
export async function writeWhole<Result>(
  path: string,
  write: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const { file, finish, abandon } = await beginWhole(path);
  let result: Result;
  try {
    result = await write(file);
  } catch (error) {
    await abandon();
    throw writeError(path, error);
  }
  await finish();
  return result;
}

/**
 * `writeWhole` in steps, for a file that other code fills.
 *
 * @throws Error naming `path` if its folder cannot be created or written, or another process is writing it.
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
        if (!lock.isHeld()) throw new Error(`cannot write ${path}: another process has started to write it`);
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

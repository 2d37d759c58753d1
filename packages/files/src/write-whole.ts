import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { resolveLinks } from './resolve-links.js';
import { keepTemporary, openTemporary, removeTemporary } from './temporary-file.js';

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
 *
 * @throws Error naming `path` when its folder cannot be made or written.
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
 * @throws Error naming `path` when its folder cannot be made or written.
 */
export async function beginWhole(path: string): Promise<UnfinishedFile> {
  const target = resolveLinks(path);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  let file: FileHandle;
  try {
    const earlier = await stat(target).catch(() => undefined);
    if (earlier?.isDirectory()) throw new Error('it is a folder');
    if (earlier && !earlier.isFile()) return writeInto(path, await open(target, 'w'));
    await mkdir(folder, { recursive: true });
    file = await openTemporary(temporary);
    if (earlier) await file.chmod(earlier.mode & 0o7777);
  } catch (error) {
    throw new Error(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
  return {
    file,
    finish: async () => {
      try {
        await file.close();
        await rename(temporary, target);
        keepTemporary(temporary);
      } catch (error) {
        await removeTemporary(temporary);
        throw writeError(path, error);
      }
    },
    abandon: async () => {
      await file.close();
      await removeTemporary(temporary);
    },
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

/** What the caller is told when writing to `path` failed: an error of the system names the path; any other stays as it is. */
export function writeError(path: string, error: unknown): unknown {
  return isSystemError(error)
    ? new Error(`cannot write ${path}: ${reasonOf(error)}`, { cause: error })
    : error;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  // Not by instanceof: a test runner's realm has an Error of its own.
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left on the device',
    ENOTDIR: 'a part of its path is a file, not a folder',
    EEXIST: 'a part of its path is a file, not a folder',
    EISDIR: 'it is a folder',
  };
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error);
  return reasons[error.code ?? ''] ?? error.message;
}

import type { Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { isSystemError } from '../writing/write-error.js';

/**
 * Opens a regular file for reading. All inputs are opened here: opening a pipe that nobody writes would never return, and
 * a device has no size.
 *
 * @throws Error that names the file if it does not exist, is not a regular file, or cannot be opened.
 */
export async function openToRead(path: string): Promise<{
  file: FileHandle;
  /** In bytes. */
  size: number;
}> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (!found.isFile()) throw cannotRead(path, new Error(`expected a file, found ${kindOf(found)}`));
  const file = await open(path, 'r').catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  return { file, size: found.size };
}

/**
 * Reads a small text in UTF-8: a CSV of results, settings.
 *
 * @param options.mostBytes what such a file has at most: a larger one is another file, and is not held in memory
 * @throws Error that names the file if it cannot be read or is larger.
 */
export async function readText(path: string, { mostBytes }: { mostBytes: number }): Promise<string> {
  const { file, size } = await openToRead(path);
  try {
    if (size > mostBytes) {
      throw new Error(`expected at most ${mostBytes / 2 ** 20} MiB of text, found a file of ${size} bytes`);
    }
    return await file.readFile('utf8');
  } catch (error) {
    throw cannotRead(path, error);
  } finally {
    await file.close();
  }
}

/** An error that names `path` and says why it cannot be read. */
function cannotRead(path: string, error: unknown): Error {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    ENOTDIR: 'a part of its path is a file, not a folder',
    EACCES: 'permission denied',
    EISDIR: 'expected a file, found a folder',
    ELOOP: 'its links lead in a circle',
    ENAMETOOLONG: 'its name is too long',
    EMFILE: 'too many open files; raise the limit of open files (ulimit -n)',
    ENFILE: 'the system has too many open files; raise the limit of open files (ulimit -n)',
  };
  const reason = (isSystemError(error) && reasons[error.code ?? '']) || (error as Error).message;
  return new Error(`cannot read ${path}: ${reason}`, { cause: error });
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

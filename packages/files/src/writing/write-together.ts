import type { FileHandle } from 'node:fs/promises';
import { beginWhole, type UnfinishedFile } from './write-whole.js';
import { writeError } from './write-error.js';

/** Writes one of several files: `fill` fills it. @throws Error naming `path` if it cannot be written. */
export type AddFile = <Result>(path: string, fill: (file: FileHandle) => Promise<Result>) => Promise<Result>;

/**
 * Writes several files that belong together, each as `writeWhole` does, but none replaces an earlier file until all are
 * complete. If `write` fails, all earlier files stay as they were.
 *
 * @param write writes them with the function that it is given
 */
export async function writeTogether<Result>(write: (add: AddFile) => Promise<Result>): Promise<Result> {
  const unfinished: UnfinishedFile[] = [];
  try {
    const result = await write(async (path, fill) => {
      const begun = await beginWhole(path);
      unfinished.push(begun);
      try {
        return await fill(begun.file);
      } catch (error) {
        throw writeError(path, error);
      }
    });
    while (unfinished.length > 0) await unfinished.shift()!.finish();
    return result;
  } catch (error) {
    await Promise.all(unfinished.map((begun) => begun.abandon()));
    throw error;
  }
}

import { stat } from 'node:fs/promises';
import type { SparseModelMetadata } from './metadata.js';

/**
 * Checks that the files of some models have the sizes that their CSV says, where it says one: after an interrupted run
 * over an earlier dump they are not all of one run. A file that is not there is left to its reader.
 *
 * @throws Error naming the first file of another size.
 */
export async function checkDumpedFiles(
  csvPath: string,
  models: readonly SparseModelMetadata[],
): Promise<void> {
  const files = models.flatMap(({ path, bytes, sparsePath, sparseBytes }) => [
    { path, bytes },
    ...(sparsePath === undefined ? [] : [{ path: sparsePath, bytes: sparseBytes }]),
  ]);
  for (const { path, bytes } of files) {
    const found = await stat(path).catch(() => undefined);
    if (!found || bytes === undefined || found.size === bytes) continue;
    throw new Error(
      `${path}: expected ${bytes} bytes, as ${csvPath} says, found ${found.size}: the file is of another run; ` +
        'run bench-disk again',
    );
  }
}

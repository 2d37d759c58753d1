import { stat } from 'node:fs/promises';
import type { SparseModelMetadata } from './metadata.js';

/**
 * Checks that a model's file has the size that its CSV says, where it says one: after an interrupted run over an
 * earlier dump the files are not all of one run. A file that is not there is left to its reader.
 *
 * @throws Error naming the file of another size.
 */
export async function checkDumpedFile(
  csvPath: string,
  { path, bytes, sparsePath, sparseBytes }: SparseModelMetadata,
  { tables }: { tables: 'dense' | 'sparse' },
): Promise<void> {
  const isSparse = tables === 'sparse' && sparsePath !== undefined;
  const served = isSparse ? { path: sparsePath, bytes: sparseBytes } : { path, bytes };
  const found = await stat(served.path).catch(() => undefined);
  if (!found || served.bytes === undefined || found.size === served.bytes) return;
  throw new Error(
    `${served.path}: expected ${served.bytes} bytes, as ${csvPath} says, found ${found.size}: the file is of another ` +
      'run; run bench-disk again',
  );
}

import type { StateDict } from '../state-dict.js';
import { checkStart, formatTitles } from '../checkpoint-format.js';
import { openCheckpoint } from '../open-checkpoint.js';
import { readSparseSafetensors } from '../safetensors/read-safetensors.js';
import type { SparseBitmaps } from './sparse-bitmaps.js';

/**
 * Reads what `saveSparseCheckpoint` wrote, or a `.zip` that holds it, without making a dense table:
 * `SparseTable.fromBitmaps(tables[name])` of `@ds/data-sparsifier` serves the rows.
 *
 * @throws Error naming the file and the field that is missing, has a wrong dtype, or disagrees with the others.
 */
export async function loadSparseCheckpoint(path: string): Promise<{
  /** The sparse tables by name. */
  tables: Record<string, SparseBitmaps>;
  /** All other tensors by name. */
  tensors: StateDict;
}> {
  const { format, source, close } = await openCheckpoint(path);
  try {
    if (format !== 'safetensors') {
      throw new Error(
        `${source.name}: expected a sparse .safetensors checkpoint, found ${formatTitles[format]}`,
      );
    }
    await checkStart(source, 'safetensors', formatTitles.safetensors);
    return await readSparseSafetensors(source, (bitmaps) => bitmaps);
  } finally {
    await close();
  }
}

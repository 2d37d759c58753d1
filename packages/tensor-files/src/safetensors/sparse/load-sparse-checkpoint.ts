import type { SparseBitmaps } from '@ds/data-sparsifier';
import type { StateDict, Tensor } from '../../state-dict.js';
import { openCheckpoint } from '../../checkpoints/open-checkpoint.js';
import { safetensorsFormat } from '../safetensors-format.js';

/**
 * Reads a file of `saveSparseCheckpoint`, or a `.zip` that contains one, without making a dense table:
 * `SparseTable.fromBitmaps(tables[name])` of `@ds/data-sparsifier` serves the rows.
 *
 * @throws Error naming the file and a field that is missing, has a wrong dtype, or disagrees with the others.
 */
export async function loadSparseCheckpoint(path: string): Promise<{
  /** The sparse tables by name. */
  tables: Record<string, SparseBitmaps>;
  /** All other tensors by name. */
  tensors: StateDict;
}> {
  const { format, content, close } = await openCheckpoint(path);
  try {
    if (format.id !== safetensorsFormat.id) {
      throw new Error(
        `${content.source.name}: expected a sparse .safetensors checkpoint, found ${format.title}`,
      );
    }
    const state = await format.read<SparseBitmaps>(content, {
      isShared: () => false,
      sparseTable: (bitmaps) => bitmaps,
      mixedTable: (_, name) => {
        throw new Error(
          `${content.source.name}: ${name}: expected a sparse table, found a mixed-precision one`,
        );
      },
    });
    const isTable = (value: Tensor | SparseBitmaps) => 'rowBits' in value;
    const entries = Object.entries(state);
    return {
      tables: Object.fromEntries(entries.filter(([, value]) => isTable(value))) as Record<
        string,
        SparseBitmaps
      >,
      tensors: Object.fromEntries(entries.filter(([, value]) => !isTable(value))) as StateDict,
    };
  } finally {
    await close();
  }
}

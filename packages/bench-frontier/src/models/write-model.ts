import type { CompressedTables, FrontierPoint } from '@ds/bench-models';
import { appendTo, writeWhole } from '@ds/files';
import type { OpenedModel } from './open-model.js';

/**
 * Writes a model with compressed tables as `.safetensors`, which `Dlrm.load` and `dlrm evaluate` take.
 *
 * @throws Error naming the file if it cannot be written; an earlier file then stays.
 */
export async function writeModel(
  path: string,
  tables: CompressedTables,
  { stateDict, metadata }: Pick<OpenedModel, 'stateDict' | 'metadata'>,
): Promise<Pick<FrontierPoint, 'path' | 'fileBytes'>> {
  const others = Object.fromEntries(
    Object.entries(stateDict).filter(([name]) => !tables.names.includes(name)),
  );
  let fileBytes = 0;
  await writeWhole(path, async (file) => {
    const append = appendTo(file);
    for await (const piece of tables.checkpoint(others, metadata)) {
      fileBytes += piece.length;
      await append(piece);
    }
  });
  return { path, fileBytes };
}

import type { CompressedTables, FrontierPoint } from '@ds/bench-models';
import { writePieces, writeWhole } from '@ds/files';
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
  const fileBytes = await writeWhole(path, (file) => writePieces(file, tables.checkpoint(others, metadata)));
  return { path, fileBytes };
}

import type { SparseModelMetadata } from './metadata.js';

/**
 * The models of a metadata file that have one of these levels; all models if no levels are given.
 *
 * @throws Error naming the file and a level that no model has.
 */
export function modelsWithLevels(
  csvPath: string,
  models: readonly SparseModelMetadata[],
  levels: readonly number[] | undefined,
): readonly SparseModelMetadata[] {
  if (!levels) return models;
  const unknown = levels.find((level) => models.every(({ sparsityLevel }) => sparsityLevel !== level));
  if (unknown !== undefined) {
    const known = [...new Set(models.flatMap(({ sparsityLevel }) => sparsityLevel ?? []))];
    throw new Error(`${csvPath}: expected a model of sparsity level ${unknown}, found ${known.join(', ')}`);
  }
  return models.filter(({ sparsityLevel }) => sparsityLevel !== undefined && levels.includes(sparsityLevel));
}

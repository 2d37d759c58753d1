import { methodOf, methodsWithIds } from '../methods/methods.js';
import type { SparseModelMetadata } from './metadata.js';

/**
 * The models of a metadata file that were made by one of these methods; all models if no ids are given.
 *
 * @throws Error naming an unknown id, or the file and a method that made none of its models.
 */
export function modelsOfMethods(
  csvPath: string,
  models: readonly SparseModelMetadata[],
  ids: readonly string[] | undefined,
): readonly SparseModelMetadata[] {
  if (!ids) return models;
  methodsWithIds(ids);
  const found = new Set(models.map((model) => methodOf(model).id));
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) {
    throw new Error(`${csvPath}: expected a model of method ${missing}, found ${[...found].join(', ')}`);
  }
  return models.filter((model) => ids.includes(methodOf(model).id));
}

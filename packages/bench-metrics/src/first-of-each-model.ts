import type { SparseModelMetadata } from '@ds/bench-models';

/** The first row about each model, in order. */
export function firstOfEachModel(rows: readonly SparseModelMetadata[]): SparseModelMetadata[] {
  const seen = new Set<string>();
  return rows.filter((row) => seen.size < seen.add(modelKey(row)).size);
}

/**
 * The same for rows about the same model, which is measured once: the same file, or models that are made again with the same
 * tables, as those of level 0 and of level 1 are for each norm and block shape.
 */
export function modelKey({ path, sourceSha256, tablesCrc32, prunedValues }: SparseModelMetadata): string {
  return path ?? [sourceSha256, tablesCrc32, prunedValues].join();
}

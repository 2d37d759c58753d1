import type { SparseModelMetadata } from './metadata.js';

/**
 * How models are dumped: `dense`, like the original; `sparse`, with tables that hold only their kept blocks;
 * `both`, with the sparse zip next to the dense one.
 */
export const dumpFormats = ['dense', 'sparse', 'both'] as const;
/** The tables of the dumped models: every value, only the kept blocks, or a file of each. */
export type DumpFormat = (typeof dumpFormats)[number];

/** How the model of a row was dumped. */
export function dumpFormatOf({
  path,
  bytes,
  sparsePath,
  sparseBytes,
}: Pick<SparseModelMetadata, 'path' | 'bytes' | 'sparsePath' | 'sparseBytes'>): DumpFormat {
  if (path === undefined) {
    // Not kept: a dense zip and a sparse one differ in size.
    if (sparseBytes === undefined) return 'dense';
    return sparseBytes === bytes ? 'sparse' : 'both';
  }
  if (sparsePath === undefined) return 'dense';
  return sparsePath === path ? 'sparse' : 'both';
}

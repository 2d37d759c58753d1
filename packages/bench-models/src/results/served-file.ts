import type { SparseModelMetadata } from './metadata.js';

/**
 * The file from which a model is served on dense or on sparse tables, and the width of its blocks, as
 * `loadModelState` of @ds/dlrm takes them. A sparse file, where there is one, need not become dense on the
 * way to sparse tables.
 */
export function servedFile(
  { path, sparsePath, sparseBlockShape: [blockRows, blockColumns] }: SparseModelMetadata,
  { tables }: { tables: 'dense' | 'sparse' },
): {
  /** The checkpoint or zip. */
  path: string;
  /**
   * Values in a block where dense tables of the file are to become sparse: 1 where the model's blocks have
   * several rows, which sparse tables cannot hold as blocks.
   */
  blockWidth: number;
} {
  return {
    path: tables === 'sparse' ? (sparsePath ?? path) : path,
    blockWidth: blockRows === 1 ? blockColumns : 1,
  };
}

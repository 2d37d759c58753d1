import { methodOf } from '../methods/methods.js';
import type { SparseModelMetadata } from './metadata.js';

/**
 * The file from which a model is served on dense or on sparse tables, and the width of its blocks, as
 * `loadModelState` of @ds/dlrm takes them. A sparse file, where there is one, need not become dense on the
 * way to sparse tables.
 *
 * @throws Error naming the dense file of a model whose tables hold codes, when there is none with these: read from their
 *   values, sparse tables would not be that model's.
 */
export function servedFile(
  model: SparseModelMetadata,
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
  const { path, sparsePath, sparseBlockShape: [blockRows, blockColumns] = [1, 1] } = model;
  if (tables === 'sparse' && sparsePath === undefined && methodOf(model).stores === 'codes') {
    throw new Error(
      `${path}: expected a file with compressed tables beside it, found only dense ones; run bench-disk with --format both`,
    );
  }
  return {
    path: tables === 'sparse' ? (sparsePath ?? path) : path,
    blockWidth: blockRows === 1 ? blockColumns : 1,
  };
}

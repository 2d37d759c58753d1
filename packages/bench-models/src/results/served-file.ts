import { methodOf } from '../methods/methods.js';
import { blockWidthOf } from '../methods/grid/grid-point.js';
import type { SparseModelMetadata } from './metadata.js';

/**
 * The file from which a model is served with dense or with sparse tables, and the width of its blocks, for `loadModelState`
 * of @ds/dlrm. Sparse tables are read from the sparse file, if there is one, without becoming dense in between.
 *
 * @throws Error if the model was not kept. Error naming the dense file of a model whose tables store codes, if there is no
 *   file with the codes: sparse tables made from the dense values would not be those of the model.
 */
export function servedFile(
  model: SparseModelMetadata,
  { tables }: { tables: 'dense' | 'sparse' },
): {
  /** The checkpoint or zip. */
  path: string;
  /**
   * Values in a block, if dense tables of the file are to be converted to sparse ones: 1 if the model's blocks have several
   * rows, which sparse tables cannot store as blocks.
   */
  blockWidth: number;
} {
  const { path, sparsePath } = model;
  if (path === undefined) throw new Error('expected the file of a model, found one that was not kept');
  if (tables === 'sparse' && sparsePath === undefined && methodOf(model).stores === 'codes') {
    throw new Error(
      `${path}: expected a file with compressed tables next to it, found only dense ones; run bench-disk with --format both`,
    );
  }
  return {
    path: tables === 'sparse' ? (sparsePath ?? path) : path,
    blockWidth: blockWidthOf(model),
  };
}

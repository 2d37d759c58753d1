import { SparseTable } from '@ds/data-sparsifier';
import { embeddingTableNames, writeSparseCheckpoint, type StateDict } from '@ds/dlrm';
import type { BlockShape } from './grid.js';

/**
 * The bytes of a pruned model as a checkpoint whose tables hold only their kept blocks (`loadSparseCheckpoint`
 * of `@ds/dlrm` reads it). Blocks of more than one row are stored as single values. Takes the memory of the
 * kept blocks.
 */
export function sparseCheckpoint(
  stateDict: StateDict,
  [blockRows, blockColumns]: BlockShape,
): AsyncGenerator<Uint8Array> {
  const names = embeddingTableNames(stateDict);
  const blockWidth = blockRows === 1 ? blockColumns : 1;
  const tables = names.map((name) => [name, SparseTable.fromDense({ table: stateDict[name]!, blockWidth })]);
  const tensors = Object.entries(stateDict).filter(([name]) => !names.includes(name));
  return writeSparseCheckpoint({ tables: Object.fromEntries(tables), tensors: Object.fromEntries(tensors) });
}

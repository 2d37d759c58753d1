import type { CompressedTables } from '@ds/bench-models';
import type { SparseStateDict, StateDict, Tensor, TensorInPieces } from '@ds/tensor-files';

/** A model with compressed tables for `writeCheckpoint`: the tables dense, one piece of them in memory at a time. */
export function denseModel(
  stateDict: StateDict,
  tables: CompressedTables,
): Record<string, Tensor | TensorInPieces> {
  const dense: Record<string, Tensor | TensorInPieces> = { ...stateDict };
  for (const name of tables.names) {
    dense[name] = { shape: dense[name]!.shape, pieces: () => tables.pieces(name) };
  }
  return dense;
}

/** The same for `writeSparseCheckpoint`; one table at a time is made. */
export function sparseModel(stateDict: StateDict, tables: CompressedTables): SparseStateDict {
  const layers = Object.entries(stateDict).filter(([name]) => !tables.names.includes(name));
  return {
    tables: Object.fromEntries(tables.names.map((name) => [name, tables.fileParts(name)])),
    tensors: Object.fromEntries(layers),
  };
}

import type { CompressedTables } from '@ds/bench-models';
import type { StateDict, Tensor, TensorInPieces } from '@ds/tensor-files';

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

/** What a model has beside its compressed tables. */
export function otherTensors(stateDict: StateDict, tables: CompressedTables): StateDict {
  return Object.fromEntries(Object.entries(stateDict).filter(([name]) => !tables.names.includes(name)));
}

import type { CompressedTables } from '@ds/bench-models';
import type { StateDict, Tensor, TensorInPieces } from '@ds/tensor-files';

/** A compressed model for `writeCheckpoint`, with dense tables, one piece of which is in memory at a time. */
export function denseModel(
  stateDict: StateDict,
  tables: CompressedTables,
): Record<string, Tensor | TensorInPieces> {
  const dense: Record<string, Tensor | TensorInPieces> = { ...stateDict };
  for (const name of tables.names) {
    const { shape, stored } = stateDict[name]!;
    // Other values would be rounded to a narrower type.
    dense[name] = {
      shape,
      stored: tables.keepsValues ? stored : undefined,
      pieces: () => tables.pieces(name),
    };
  }
  return dense;
}

/** The tensors of a model other than its compressed tables. */
export function otherTensors(stateDict: StateDict, tables: CompressedTables): StateDict {
  return Object.fromEntries(Object.entries(stateDict).filter(([name]) => !tables.names.includes(name)));
}

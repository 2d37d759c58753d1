import {
  isProjectedKind,
  projectedKinds,
  projectedRowsBytes,
  type Projection,
  type ProjectedKind,
} from './projection/projection.js';
import { isStoredRowBits, storedRowBits, storedRowBytes, type StoredRowBits } from './row-bits.js';

/** The kind of a stored row: its number of bits per value, or a projected kind, 128 the first. */
export type RowKind = StoredRowBits | ProjectedKind;

/** All kinds of stored rows. */
export const rowKinds: readonly RowKind[] = [...storedRowBits, ...projectedKinds];

/** Whether a table with `projected` projected kinds may have stored rows of a kind. */
export function isRowKind(kind: number, projected: number): kind is RowKind {
  return isStoredRowBits(kind) || (isProjectedKind(kind) && kind - projectedKinds[0] < projected);
}

/** The description of a projected kind. */
export function projectedRowsOf<Kind>({ kinds }: { kinds: readonly Kind[] }, kind: ProjectedKind): Kind {
  return kinds[kind - projectedKinds[0]]!;
}

/** Bytes of a number of rows of a kind. */
export function rowsBytes(
  kind: RowKind,
  rows: number,
  dim: number,
  projection: { kinds: readonly Pick<Projection['kinds'][number], 'coefficientBits'>[] } | undefined,
): number {
  return isProjectedKind(kind)
    ? projectedRowsBytes(projectedRowsOf(projection!, kind), rows)
    : rows * storedRowBytes(kind, dim);
}

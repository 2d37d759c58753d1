import {
  isProjectedKind,
  projectedKinds,
  projectedRowsBytes,
  type Projection,
  type ProjectedKind,
} from './projection.js';
import { isStoredRowBits, storedRowBits, storedRowBytes, type StoredRowBits } from './row-bits.js';

/** What a stored row may be: of so many bits a value, or projected, 128 being the first such kind of its table. */
export type RowKind = StoredRowBits | ProjectedKind;

/** Every kind that stored rows may be of. */
export const rowKinds: readonly RowKind[] = [...storedRowBits, ...projectedKinds];

/** Whether stored rows may be of a kind, in a table of so many projected kinds. */
export function isRowKind(kind: number, projected: number): kind is RowKind {
  return isStoredRowBits(kind) || (isProjectedKind(kind) && kind - projectedKinds[0] < projected);
}

/** What is said of a projected kind: that of the kind's own place. */
export function projectedRowsOf<Kind>({ kinds }: { kinds: readonly Kind[] }, kind: ProjectedKind): Kind {
  return kinds[kind - projectedKinds[0]]!;
}

/** Bytes of so many rows of a kind. */
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

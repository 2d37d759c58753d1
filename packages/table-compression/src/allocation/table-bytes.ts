import { isProjectedKind, mixedPrecisionBytes, projectedKinds, storedRowBytes } from '@ds/data-sparsifier';
import type { RowChoices } from './row-choices.js';

/** Bytes of a table with these numbers of rows per choice: its `byteLength`, with codes, scales, index and basis. */
export function tableBytes(table: RowChoices, counts: readonly number[]): number {
  const { rows, dim } = table;
  const usedKinds = table.bits.filter(
    (own, choice) => own !== 0 && isProjectedKind(own) && counts[choice]! > 0,
  );
  const renamed = new Map<number, number>(usedKinds.map((own, place) => [own, projectedKinds[place]!]));
  const rowsOfBits = Object.fromEntries(
    counts
      .map((count, choice) => [renamed.get(table.bits[choice]!) ?? table.bits[choice]!, count] as const)
      .filter(([own]) => own !== 0),
  );
  const projection = { kinds: usedKinds.map((own) => table.projection!.kinds[own - projectedKinds[0]]!) };
  return mixedPrecisionBytes({ rows, dim, rowsOfBits, projection });
}

// A bit for each row, and a sixteenth for the counts.
const classBytesOfRow = 1.0625 / 8;
// Initial estimate of the index bytes per stored row.
const firstIndexBytes = 1;

/** The initial overhead of a row of each choice, before the number of stored rows is known. */
export function firstExtraBytes({ bits }: RowChoices): number[] {
  return bits.map((own) => (own === 0 ? 0 : firstIndexBytes));
}

/** The bytes that one more row of each choice adds to the index and the class bits, near the given counts. */
export function extraBytes(table: RowChoices, counts: readonly number[]): number[] {
  const index = indexBytesOfOneMore(table, counts);
  const order = table.bits
    .map((own, choice) => ({ own, choice, count: counts[choice]! }))
    .filter(({ own, count }) => own !== 0 && count > 0)
    .sort((a, b) => b.count - a.count || a.own - b.own);
  return table.bits.map((own, choice) => {
    if (own === 0) return 0;
    const place = order.findIndex((of) => of.choice === choice);
    const depth = place < 0 ? order.length : Math.min(place + 1, order.length - 1);
    return index + depth * classBytesOfRow;
  });
}

function indexBytesOfOneMore({ rows, dim }: RowChoices, counts: readonly number[]): number {
  const stored = counts.reduce((sum, count, choice) => sum + (choice === 0 ? 0 : count), 0);
  const more = Math.min(Math.ceil(stored / 8), rows - stored);
  if (stored === 0 || more === 0) return firstIndexBytes;
  const bytes = (count: number) =>
    mixedPrecisionBytes({ rows, dim, rowsOfBits: { 8: count } }) - count * storedRowBytes(8, dim);
  return Math.max(0, (bytes(stored + more) - bytes(stored)) / more);
}

import { projectedKinds, type Projection } from '@ds/data-sparsifier';
import { allocateBits, roughPrice } from '../allocation/allocate-bits.js';
import type { MeasuredTable } from './measured-table.js';
import { projectedChoices } from './projected-choices.js';

/** How each row of a table is stored. */
export interface AllocatedRows {
  /** (rows), for `MixedPrecisionTable.fromDense`. */
  bits: Uint8Array<ArrayBuffer>;
  /** The basis and codes of its projected rows. */
  projection?: Projection | undefined;
}

/** Allocates bits to rows so that the sum of distortions is minimal within a number of bytes. */
export function allocateQuantized(tables: readonly MeasuredTable[], budget: number): AllocatedRows[] {
  const price = roughPrice(
    tables.map(({ sample }) => sample),
    budget,
  );
  const coded = tables.map((table) => table.candidatesAt(price));
  return allocateBits(coded, budget).bits.map((bits) => ({ bits }));
}

/** The same, with projected rows where they are better. */
export function allocateProjected(tables: readonly MeasuredTable[], budget: number): AllocatedRows[] {
  const price = roughPrice(
    tables.map(({ sample }) => sample),
    budget,
  );
  // If every row fits uncompressed, there is nothing to gain.
  if (price === 0) return allocateQuantized(tables, budget);
  const choices = tables.map((table) => projectedChoices(table, price));
  const { bits } = allocateBits(choices, budget);
  return choices.map(({ projection }, index) => usedProjection(projection, bits[index]!));
}

/** The used kinds, renumbered as 128, 129, ... without gaps, without unused directions. */
function usedProjection(projection: Projection | undefined, bits: Uint8Array<ArrayBuffer>): AllocatedRows {
  const counts = new Array<number>(256).fill(0);
  for (const own of bits) counts[own]!++;
  const used = projectedKinds.filter((kind) => counts[kind]! > 0);
  if (!projection || used.length === 0) return { bits };
  const names = Uint8Array.from(counts.keys());
  used.forEach((kind, place) => (names[kind] = projectedKinds[place]!));
  const kinds = used.map((kind) => projection.kinds[kind - projectedKinds[0]]!);
  const directionsOf = (own: Projection['kinds']) =>
    Math.max(...own.map(({ coefficientBits }) => coefficientBits.length));
  const vectorBytes = projection.basis.length / (1 + directionsOf(projection.kinds));
  const basis = projection.basis.subarray(0, (1 + directionsOf(kinds)) * vectorBytes);
  return { bits: bits.map((kind) => names[kind]!), projection: { basis, kinds } };
}

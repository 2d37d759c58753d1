import { ProjectedCoder, projectedKinds, projectedRowBits, type RowKind } from '@ds/data-sparsifier';
import type { RowChoices } from '../allocation/row-choices.js';
import type { MeasuredTable } from './measured-table.js';
import { fitProjection } from './fit-projection.js';

/** Bits of a row of each projected kind. */
const projectedRowSizes = [2, 4, 8, 16, 32, 64] as const;
// A row is not stored whose distortion then is less than that of so many bytes.
const leastWorth = 0.2;
// Where one coefficient holds nearly all of the distortion, each bit more takes three quarters off it.
const bitsPerOctave = 2;

/**
 * Adds projected kinds to the choices of the rows that may be worth their bytes. Each kind is fitted to the rows whose distortion
 * calls for about as many bits.
 *
 * @param price what a byte costs, in distortion, nearly
 */
export function projectedChoices(
  { table: { data }, importance, choices }: MeasuredTable,
  price: number,
): RowChoices {
  const { rows, dim, bits, rowBytes, distortions } = choices;
  const pruned = distortions[0]!;
  const candidates = rowsWorth(pruned, leastWorth * price);
  const coded = distortions.map((own) => Float32Array.from(candidates, (row) => own[row]!));
  const fitting = { rows, dim, bits, rowBytes, distortions: coded, candidates };
  const members = { all: candidates, ofKind: membersOfKinds(pruned, candidates, price) };
  const projection = fitProjection({ data, dim, importance, members, rowBits: projectedRowSizes, price });
  if (!projection) return fitting;
  const { accesses, curvature } = importance;
  const coder = new ProjectedCoder({ projection, dim, curvature });
  const projected = projection.kinds.map(() => new Float32Array(candidates.length));
  const codes = new Uint16Array(dim);
  candidates.forEach((row, at) => {
    coder.take(data, row * dim);
    projected.forEach((own, kind) => (own[at] = accesses[row]! * coder.code(kind, codes)));
  });
  return {
    ...fitting,
    bits: [...bits, ...projection.kinds.map((_, kind): RowKind => projectedKinds[kind]!)],
    rowBytes: [...rowBytes, ...projection.kinds.map((kind) => projectedRowBits(kind) / 8)],
    distortions: [...coded, ...projected],
    projection,
  };
}

function rowsWorth(pruned: Float32Array, least: number): Uint32Array {
  let count = 0;
  for (const distortion of pruned) if (distortion > least) count++;
  const rows = new Uint32Array(count);
  let place = 0;
  for (let row = 0; place < count; row++) if (pruned[row]! > least) rows[place++] = row;
  return rows;
}

function membersOfKinds(pruned: Float32Array, candidates: Uint32Array, price: number): Uint32Array[] {
  const last = projectedRowSizes.length - 1;
  const kinds = Uint8Array.from(candidates, (row) => {
    const wanted = bitsPerOctave * Math.log2(Math.max(1, pruned[row]! / price));
    const kind = projectedRowSizes.findIndex((own) => own >= wanted);
    return kind < 0 ? last : kind;
  });
  return projectedRowSizes.map((_, kind) => candidates.filter((_row, at) => kinds[at] === kind));
}

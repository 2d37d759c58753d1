import { ProjectedCoder, projectedKinds, projectedRowBits, type RowKind } from '@ds/data-sparsifier';
import type { RowChoices } from '../allocation/row-choices.js';
import type { MeasuredTable } from './measured-table.js';
import type { SampledTable } from './sampled-table.js';
import { fitProjection } from './fit-projection.js';

/** Bits of a row of each projected kind. */
const projectedRowSizes = [2, 4, 8, 16, 32, 64] as const;
// If one coefficient causes nearly all of the distortion, each additional bit reduces it by three quarters.
const bitsPerOctave = 2;

/**
 * Adds projected kinds to the choices for the rows that may be worth their bytes. Each kind is fitted to the rows whose
 * distortion calls for about its number of bits.
 *
 * @param price the approximate price of a byte, in distortion
 */
export function projectedChoices(measured: MeasuredTable | SampledTable, price: number): RowChoices {
  const { importance, pruned } = measured;
  const { data } = measured.table;
  const coded = measured.candidatesAt(price);
  const { dim, bits, rowBytes, distortions, candidates, share } = coded;
  const members = { all: candidates, ofKind: membersOfKinds(pruned, candidates, price) };
  const projection = fitProjection({
    data,
    dim,
    importance,
    members,
    rowBits: projectedRowSizes,
    price,
    share,
  });
  if (!projection) return coded;
  const { accesses, curvature } = importance;
  const coder = new ProjectedCoder({ projection, dim, curvature });
  const projected = projection.kinds.map(() => new Float32Array(candidates.length));
  const codes = new Uint16Array(dim);
  candidates.forEach((row, at) => {
    coder.take(data, row * dim);
    projected.forEach((own, kind) => (own[at] = accesses[row]! * coder.code(kind, codes)));
  });
  return {
    ...coded,
    bits: [...bits, ...projection.kinds.map((_, kind): RowKind => projectedKinds[kind]!)],
    rowBytes: [...rowBytes, ...projection.kinds.map((kind) => projectedRowBits(kind) / 8)],
    distortions: [...distortions, ...projected],
    projection,
  };
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

import fc from 'fast-check';
import {
  isProjectedKind,
  projectedKinds,
  projectedRowBits,
  type Projection,
} from '../../../src/tables/mixed-precision/projection/projection.js';
import {
  projectedRowsOf,
  rowKinds,
  rowsBytes,
  type RowKind,
} from '../../../src/tables/mixed-precision/row-kinds.js';
import { storedRowBytes } from '../../../src/tables/mixed-precision/row-bits.js';

export interface MixedRows {
  shape: [rows: number, dim: number];
  bits: Uint8Array;
  rowsByBits: Partial<Record<RowKind, Uint8Array>>;
  projection?: Projection;
}

/**
 * Tables whose kept rows are spread or stand together, with any mixture of precisions, in random finite rows.
 *
 * @param mostRows of a table
 */
export function arbitraryMixedTable(mostRows = 2000): fc.Arbitrary<MixedRows> {
  return fc
    .record({
      rows: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: mostRows })),
      dim: fc.oneof(fc.constantFrom(4, 16, 32), fc.integer({ min: 1, max: 21 })),
      keptShare: fc.oneof(fc.constantFrom(0, 1, 0.001, 0.01), fc.double({ min: 0, max: 1, noNaN: true })),
      // Rows that are kept or not together.
      runLength: fc.constantFrom(1, 1, 7, 300),
      weights: fc.array(fc.constantFrom(0, 0, 1, 10), {
        minLength: rowKinds.length,
        maxLength: rowKinds.length,
      }),
      projected: fc.array(
        fc
          .array(fc.integer({ min: 0, max: 16 }), { minLength: 1, maxLength: 5 })
          .filter((bits) => bits.some((own) => own > 0)),
        { maxLength: projectedKinds.length },
      ),
      seed: fc.integer(),
    })
    .map(({ rows, dim, weights, projected, ...rest }) => {
      const kinds = rowKinds.length - projectedKinds.length + projected.length;
      return mixedRows({ ...rest, shape: [rows, dim], weights: weights.slice(0, kinds), projected });
    });
}

/**
 * Random rows. `weights` are the chances of 1, 2, 4, 8, 16 and 32 bits, then of the kinds of `projected`, which has the bits of
 * the coefficients of each; all 0 for 4 bits only.
 */
export function mixedRows({
  shape: [rows, dim],
  keptShare,
  runLength = 1,
  weights,
  projected = [],
  seed,
}: {
  shape: [rows: number, dim: number];
  keptShare: number;
  runLength?: number;
  weights: readonly number[];
  projected?: readonly (readonly number[])[];
  seed: number;
}): MixedRows {
  let state = seed >>> 0;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const draw = (): RowKind => {
    if (total === 0) return 4;
    let rest = random() * total;
    const place = weights.findIndex((weight) => (rest -= weight) < 0);
    return rowKinds[place < 0 ? 2 : place]!;
  };
  const bits = new Uint8Array(rows);
  let keeps = false;
  for (let row = 0; row < rows; row++) {
    if (row % runLength === 0) keeps = random() < keptShare;
    bits[row] = keeps ? draw() : 0;
  }
  const halves = (count: number) => {
    const bytes = Uint8Array.from({ length: 2 * count }, () => Math.floor(random() * 256));
    for (let at = 1; at < bytes.length; at += 2) bytes[at]! &= 0xbf;
    return bytes;
  };
  const projection: Projection = {
    basis: halves((1 + Math.max(0, ...projected.map((own) => own.length))) * dim),
    kinds: projected.map((own) => ({ coefficientBits: own, steps: halves(own.length) })),
  };
  const rowsByBits = Object.fromEntries(
    rowKinds.slice(0, rowKinds.length - projectedKinds.length + projected.length).map((ofClass) => {
      const count = bits.reduce((sum, found) => sum + (found === ofClass ? 1 : 0), 0);
      const packed = new Uint8Array(rowsBytes(ofClass, count, dim, projection));
      const view = new DataView(packed.buffer);
      for (let at = 0; at < packed.length; at++) packed[at] = Math.floor(random() * 256);
      if (isProjectedKind(ofClass)) {
        const used = (count * projectedRowBits(projectedRowsOf(projection, ofClass))) % 8;
        if (used > 0) packed[packed.length - 1]! &= 2 ** used - 1;
        return [ofClass, packed];
      }
      for (let row = 0; row < count; row++) {
        const end = (row + 1) * storedRowBytes(ofClass, dim);
        const values = ofClass === 32 ? 0 : ofClass === 16 ? dim : 2;
        // Bit 14 of a float16 is 0 here: below 2, subnormal numbers too.
        for (let back = 1; back <= values; back++) packed[end - 2 * back + 1]! &= 0xbf;
        if (ofClass === 32) {
          for (let column = 0; column < dim; column++) {
            view.setFloat32(end - 4 * dim + 4 * column, random() - 0.5, true);
          }
        }
      }
      return [ofClass, packed];
    }),
  ) as MixedRows['rowsByBits'];
  return { shape: [rows, dim], bits, rowsByBits, ...(projected.length > 0 ? { projection } : {}) };
}

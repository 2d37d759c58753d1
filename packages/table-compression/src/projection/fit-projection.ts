import { toFloat16, type Projection } from '@ds/data-sparsifier';
import type { TableImportance } from '../importance/table-importance.js';
import { coefficientCodes } from './coefficient-codes.js';
import { tableBasis } from './table-basis.js';

const mostDirections = 12;
// The maximum number of rows to which the codes of a kind are fitted.
const mostSampled = 1024;
// Several kinds use a direction: each must be worth this share of its bytes.
const shareOfDirection = 0.3;
// Kinds with fewer rows use the codes fitted to all rows.
const fewest = 16;

/** The rows to project. */
export interface Members {
  /** The rows of each kind. */
  ofKind: readonly Uint32Array[];
  /** All of them. */
  all: Uint32Array;
}

/**
 * Fits the projection of a table to the rows that will use it: one basis, and for each kind the distribution of a row's bits
 * over the coefficients.
 *
 * @param price the price of a byte, in distortion: a direction must be worth its bytes
 * @returns undefined if nothing is worth its bytes, or all rows are equal
 */
export function fitProjection({
  data,
  dim,
  importance: { accesses, curvature },
  members,
  rowBits,
  price,
  share = 1,
}: {
  data: Float32Array;
  dim: number;
  importance: TableImportance;
  members: Members;
  /** Bits of a row of each kind. */
  rowBits: readonly number[];
  price: number;
  /** How many rows each member represents; default 1. */
  share?: number | undefined;
}): Projection | undefined {
  const basis = tableBasis({ data, dim, members: members.all, accesses, curvature, mostDirections });
  if (!basis) return undefined;
  const { mean, directions, analysis, variances } = basis;
  const sampleOf = (rows: Uint32Array) => {
    const stride = Math.max(1, Math.ceil(rows.length / mostSampled));
    const sampled = rows.filter((_, at) => at % stride === 0);
    const coefficients = Array.from(variances, (_, k) =>
      Float64Array.from(sampled, (row) => {
        let sum = 0;
        for (let i = 0; i < dim; i++) sum += analysis[k * dim + i]! * (data[row * dim + i]! - mean[i]!);
        return sum;
      }),
    );
    return { coefficients, weights: Float64Array.from(sampled, (row) => share * stride * accesses[row]!) };
  };
  const codes = rowBits.map((bits, kind) => {
    const own = members.ofKind[kind]!;
    const sample = sampleOf(own.length >= fewest ? own : members.all);
    return coefficientCodes(sample, variances, bits, (place) =>
      place === 0 ? 0 : shareOfDirection * price * (2 * dim + 3),
    );
  });
  const kinds = codes
    .filter(({ coefficientBits }) => coefficientBits.length > 0)
    .map(({ coefficientBits, steps }) => ({ coefficientBits, steps: halves(steps) }));
  if (kinds.length === 0) return undefined;
  const used = Math.max(...kinds.map(({ coefficientBits }) => coefficientBits.length));
  return { basis: halves([...mean, ...directions.subarray(0, used * dim)]), kinds };
}

function halves(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  values.forEach((value, at) => {
    const half = toFloat16(Math.max(-65504, Math.min(65504, value)));
    bytes[2 * at] = half & 255;
    bytes[2 * at + 1] = half >> 8;
  });
  return bytes;
}

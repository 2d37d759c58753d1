import { mixedPrecisionBytes, type RowsOfBits } from '@ds/data-sparsifier';
import type { RandomStream } from '@ds/criteo-data';

/** The possible bits of a row, and the error as a fraction of its squared norm, for nearly uniform codes over its range. */
const choices = [
  { bits: 0, error: 1, bytes: 0 },
  { bits: 2, error: 0.06, bytes: 9 },
  { bits: 4, error: 0.003, bytes: 13 },
  { bits: 8, error: 1e-5, bytes: 21 },
] as const;

/**
 * The probability that each row of a table is looked up, (rows): Zipf's law with exponent 1.05. The rows are in the order
 * in which they would first appear in the data, like Criteo's ids.
 */
export function accessShares(rows: number, random: RandomStream): Float64Array {
  const shares = Float64Array.from({ length: rows }, (_, rank) => (rank + 1) ** -1.05);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const firstAppearance = shares.map((share) => -Math.log(1 - random.next()) / share);
  const order = Uint32Array.from(shares.keys()).sort((a, b) => firstAppearance[a]! - firstAppearance[b]!);
  return Float64Array.from(order, (rank) => shares[rank]! / total);
}

/**
 * The bits of each row of a model's tables so that they are `ratio` times smaller than in float32: each row gets the bits
 * that minimise error times lookups plus bytes times a factor, which is found by bisection.
 *
 * @param tables the access shares of each table
 */
export function mixedBits(tables: readonly Float64Array[], dim: number, ratio: number): Uint8Array[] {
  const dense = tables.reduce((sum, { length }) => sum + 4 * dim * length, 0);
  let [low, high] = [-20, 0];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    const bytes = tables.reduce((sum, shares) => sum + bytesOf(bitsOf(shares, 10 ** middle), dim), 0);
    if (bytes > dense / ratio) low = middle;
    else high = middle;
  }
  return tables.map((shares) => bitsOf(shares, 10 ** high));
}

function bitsOf(shares: Float64Array, factor: number): Uint8Array {
  return Uint8Array.from(shares, (share) => {
    let best: (typeof choices)[number] = choices[0];
    for (const choice of choices) {
      if (share * choice.error + factor * choice.bytes < share * best.error + factor * best.bytes) {
        best = choice;
      }
    }
    return best.bits;
  });
}

function bytesOf(bits: Uint8Array, dim: number): number {
  const rowsOfBits: RowsOfBits = { 2: 0, 4: 0, 8: 0 };
  for (const found of bits) if (found !== 0) rowsOfBits[found as 2 | 4 | 8]!++;
  return mixedPrecisionBytes({ rows: bits.length, dim, rowsOfBits });
}

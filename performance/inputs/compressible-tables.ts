import type { RandomStream } from '@ds/criteo-data';
import {
  measureTables,
  type CompressibleTables,
  type RowForm,
  type TableImportance,
} from '@ds/table-compression';

// Training examples of a tenth of Kaggle's, whose training split has six of seven days.
const examples = 0.1 * (6 / 7) * 45_840_617;

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
 * Random tables, measured for compression: nearly all of the curvature is in one direction, as in trained models, and rows have
 * the expected lookups of a training split, with the noise of a sample.
 *
 * @param shares the access shares of each table
 */
export function compressibleTables(
  shares: readonly Float64Array[],
  dim: number,
  random: RandomStream,
  rows: RowForm,
): CompressibleTables {
  const tables = Object.fromEntries(
    shares.map((ofTable, index) => {
      const data = Float32Array.from({ length: ofTable.length * dim }, () => random.uniform(-0.1, 0.1));
      return [String(index), { data, shape: [ofTable.length, dim] }];
    }),
  );
  const importance = Object.fromEntries(
    shares.map((ofTable, index): [string, TableImportance] => {
      const direction = Float64Array.from({ length: dim }, () => random.uniform(-1, 1));
      const curvature = Float64Array.from({ length: dim * dim }, (_, at) => {
        const [i, j] = [Math.floor(at / dim), at % dim];
        return direction[i]! * direction[j]! + (i === j ? 0.01 : 0);
      });
      const accesses = ofTable.map((share) => {
        const expected = share * examples;
        const noise = Math.sqrt(12 * expected) * (random.next() - 0.5);
        return Math.max(0, Math.round(expected + noise));
      });
      return [String(index), { accesses, curvature }];
    }),
  );
  return measureTables({ tables, importance, rows });
}

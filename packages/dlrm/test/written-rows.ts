import { writeNpz } from '@ds/criteo-data/npz';
import { kaggleDlrmConfig } from '../src/index.js';
import { formula } from './formula.js';

/** How many rows `writeRows` writes, and how many distinct ids each of their columns has. */
export const rows = 700;
export const counts = kaggleDlrmConfig.tableRows.map((_, table) => 2 + (table % 5));

/** Writes processed rows whose labels depend on one of their ids. */
export async function writeRows(path: string): Promise<void> {
  const ids = formula(1, rows * 26);
  await writeNpz(path, {
    X_cat: {
      data: Float64Array.from(ids, (x, place) => Math.floor(x * counts[place % 26]!)),
      shape: [rows, 26],
    },
    X_int: { data: Int32Array.from(formula(2, rows * 13), (x) => Math.floor(9 * x)), shape: [rows, 13] },
    y: {
      data: Int32Array.from({ length: rows }, (_, row) => Number(ids[row * 26 + 4]! < 0.4)),
      shape: [rows],
    },
    counts: { data: Int32Array.from(counts), shape: [26] },
  });
}

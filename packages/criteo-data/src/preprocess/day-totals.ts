import { basename } from 'node:path';
import { days as criteoDays } from '../criteo-columns.js';
import { rowsPerDay } from '../dataset/day-split.js';
import { dayOf } from '../raw/raw-paths.js';

/** The rows in a piece of the text, and which of them were kept. */
export interface CountedPiece {
  /** Which file it is of, from 0. */
  file: number;
  lines: number;
  rows: number;
  /** A bit for each row of the text; undefined where all were kept. */
  kept?: Uint8Array | undefined;
}

/**
 * Whether each file is one day: there are as many files as days or, if the number of days is not given, they are named like
 * the Terabyte logs (`day_0`, `day_1`).
 *
 * @throws Error if the number of such files differs from that of the days, or a file in between is missing.
 */
export function hasFilePerDay(paths: readonly string[], days: number | undefined): boolean {
  if (paths.length === 1) return false;
  if (paths.length === days) return true;
  const found = paths.map(dayOf);
  const first = found[0];
  if (!first || basename(first.stem) !== 'day' || found.some((each) => each?.stem !== first.stem))
    return false;
  if (days !== undefined) {
    throw new Error(
      `expected ${days} files, one a day, found ${paths.length}: ${paths[0]} to ${paths.at(-1)}`,
    );
  }
  const gap = found.findIndex((each, index) => each!.day !== first.day + index);
  if (gap > 0) {
    throw new Error(
      `expected ${first.stem}_${first.day + gap} after ${paths[gap - 1]}, found ${paths[gap]}; ` +
        `--days ${paths.length} takes each file for a day`,
    );
  }
  return true;
}

/**
 * The number of kept rows of each day. If files are days, that of each file; otherwise all rows, before any are dropped, are
 * divided into equal days (data_utils.py, getCriteoAdData).
 */
export function dayTotals(
  pieces: readonly CountedPiece[],
  {
    files,
    days = criteoDays,
  }: { /** Their number, where they are days. */ files?: number | undefined; days?: number | undefined },
): number[] {
  if (files !== undefined) {
    const totals = new Array<number>(files).fill(0);
    for (const { file, rows } of pieces) totals[file]! += rows;
    return totals;
  }
  const all = pieces.reduce((sum, { lines }) => sum + lines, 0);
  const uncut = rowsPerDay(all, days);
  const totals = new Array<number>(days).fill(0);
  let day = 0;
  let left = uncut[0]!;
  for (const { lines, kept } of pieces) {
    for (let row = 0; row < lines;) {
      while (left === 0) left = uncut[++day]!;
      const end = Math.min(lines, row + left);
      left -= end - row;
      totals[day]! += keptBetween(kept, row, end);
      row = end;
    }
  }
  return totals;
}

function keptBetween(kept: Uint8Array | undefined, start: number, end: number): number {
  if (!kept) return end - start;
  let count = 0;
  for (let row = start; row < end; row++) count += (kept[row >> 3]! >> (row & 7)) & 1;
  return count;
}

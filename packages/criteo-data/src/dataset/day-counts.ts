import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readNpz } from '@ds/tensor-files/npz';
import { days } from '../criteo-columns.js';
import { rowsPerDay } from '../day-split.js';

/** Where the numbers of rows of the days come from. */
export interface DayCountOptions {
  /** Path of an npz with `total_per_file` (7 counts). Default: looked for. */
  file?: string | undefined;
  /** Path of the raw rows, beside which the file is looked for first. */
  rawDataFile?: string | undefined;
  /** Called with the file that the counts were taken from. */
  onFound?: ((file: string) => void) | undefined;
}

const ending = '_day_count.npz';

/** The file of day counts of a raw file: `train.txt` has `train_day_count.npz` beside it, as the original writes it. */
export function dayCountFileOf(rawDataFile: string): string {
  return join(dirname(rawDataFile), `${basename(rawDataFile).split('.')[0]}${ending}`);
}

/**
 * The rows of each of the 7 days: those of the given file; else of the one beside the raw file; else of the one beside
 * the processed file whose counts add up to its rows; else all days are equally long, as the original cuts Kaggle's
 * rows. Its `--data-sub-sample-rate` leaves days of different lengths.
 *
 * @throws Error naming the file that is no such npz, whose counts do not add up to the rows, or that fits as well as
 *   another with other counts.
 */
export async function findDayCounts(
  { path, rows }: { /** The processed file. */ path: string; rows: number },
  { file, rawDataFile, onFound }: DayCountOptions = {},
): Promise<number[]> {
  const besideRaw = rawDataFile === undefined ? undefined : dayCountFileOf(rawDataFile);
  const named = file ?? (besideRaw && existsSync(besideRaw) ? besideRaw : undefined);
  if (named !== undefined) {
    const counts = await readDayCounts(named);
    const total = sum(counts);
    if (total !== rows) {
      throw new Error(
        `${named}: total_per_file: expected ${rows} rows in all, those of ${path}, found ${total}`,
      );
    }
    onFound?.(named);
    return counts;
  }
  const folder = dirname(path);
  const found = [];
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith(ending)).sort()) {
    const candidate = join(folder, name);
    const counts = await readDayCounts(candidate);
    if (sum(counts) === rows) found.push({ candidate, counts });
  }
  const [first, ...others] = found;
  if (!first) return rowsPerDay(rows);
  const other = others.find(({ counts }) => counts.join() !== first.counts.join());
  if (other) {
    throw new Error(
      `${path}: ${first.candidate} and ${other.candidate} both count its ${rows} rows, in other days; ` +
        'name the right one with --day-counts',
    );
  }
  onFound?.(first.candidate);
  return first.counts;
}

async function readDayCounts(file: string): Promise<number[]> {
  const { total_per_file: array } = await readNpz(file);
  const counts = array && Array.from(array.data, Number);
  if (
    !counts ||
    counts.length !== days ||
    !counts.every((count) => Number.isSafeInteger(count) && count >= 0)
  ) {
    throw new Error(
      `${file}: expected an array total_per_file of ${days} counts, found ${counts ? `[${counts.slice(0, 9).join(', ')}]` : 'none'}`,
    );
  }
  return counts;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

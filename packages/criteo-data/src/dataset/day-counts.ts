import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readNpz } from '@ds/tensor-files/npz';
import { rowsPerDay } from './day-split.js';
import { dayOf } from '../raw/raw-paths.js';

/** Where the number of rows of each day comes from. */
export interface DayCountOptions {
  /** Path of an npz with `total_per_file`, one count per day. Default: searched for. */
  file?: string | undefined;
  /** Path of the raw rows; the file is searched for next to them before it is next to the processed file. */
  rawDataFile?: string | undefined;
  /** Called with the file that was used. */
  onFound?: ((file: string) => void) | undefined;
}

const ending = '_day_count.npz';

/** The file of day counts of a raw file: `train.txt` has `train_day_count.npz` next to it, as the original writes it. */
export function dayCountFileOf(rawDataFile: string): string {
  return join(dirname(rawDataFile), `${basename(rawDataFile).split('.')[0]}${ending}`);
}

/** The same of several raw files: those of days (`day_0`, `day_1`) have `day_day_count.npz`, others that of the first. */
export function rawDayCountFile(paths: readonly string[]): string {
  return dayCountFileOf((paths.length > 1 && dayOf(paths[0]!)?.stem) || paths[0]!);
}

/**
 * The number of rows of each day, from the first of these that exists: the given file; the processed file itself, in which
 * `preprocessCriteo` writes them; the file next to the raw file; a file next to it whose counts add up to its rows. Otherwise, 7 days of equal length, as the original
 * splits Kaggle's rows; with its `--data-sub-sample-rate` days differ in length.
 *
 * @throws Error naming a file that is not such an npz, whose counts do not add up to the rows, or that fits equally well as
 *   another file with other counts.
 */
export async function findDayCounts(
  {
    path,
    rows,
    dayCounts,
  }: {
    /** The processed file. */
    path: string;
    rows: number;
    /** The counts in it, if it has any. */
    dayCounts?: readonly number[] | undefined;
  },
  { file, rawDataFile, onFound }: DayCountOptions = {},
): Promise<number[]> {
  if (file === undefined && dayCounts) {
    expectCounts(dayCounts, path);
    if (sum(dayCounts) === rows) return [...dayCounts];
    throw new Error(`${path}: total_per_file: expected ${rows} rows in all, found ${sum(dayCounts)}`);
  }
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

/**
 * The files that `findDayCounts` may take the counts from, each looked for anew: what was computed with their days depends
 * on them as on the processed file.
 */
export async function dayCountFiles(
  processedDataFile: string,
  { file, rawDataFile }: DayCountOptions = {},
): Promise<string[]> {
  const named = [file, rawDataFile && dayCountFileOf(rawDataFile)].filter((path) => path !== undefined);
  const folder = dirname(processedDataFile);
  const beside = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ending)).sort();
  return [...named, ...beside.map((name) => join(folder, name))];
}

async function readDayCounts(file: string): Promise<number[]> {
  const { total_per_file: array } = await readNpz(file);
  if (!array) throw new Error(`${file}: expected an array total_per_file, a count a day, found none`);
  const counts = Array.from(array.data, Number);
  expectCounts(counts, file);
  return counts;
}

function expectCounts(counts: readonly number[], file: string): void {
  const isCount = (count: number) => Number.isSafeInteger(count) && count >= 0;
  if (counts.length >= 2 && counts.every(isCount)) return;
  throw new Error(
    `${file}: expected an array total_per_file of at least 2 counts, found [${counts.slice(0, 9).join(', ')}]`,
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

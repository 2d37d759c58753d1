import { join } from 'node:path';
import { openCriteoDataset, requireSplitRows, type DayCountOptions } from '@ds/criteo-data';
import { writeNpz } from '@ds/criteo-data/npz';
import { temporaryFolder } from '@ds/test-support';
import { mkdirSync, writeFileSync } from 'node:fs';

// As the original's --data-sub-sample-rate leaves them: negatives of the first days are dropped.
const counts = [3, 4, 2, 5, 4, 3, 9];
const rows = 30;
const root = temporaryFolder();
let place = 0;
let folder: string;
let processedDataFile: string;

const at = (name: string) => join(folder, name);
const writeCounts = (name: string, total: readonly number[]) =>
  writeNpz(at(name), { total_per_file: { data: BigInt64Array.from(total, BigInt) } });

beforeEach(async () => {
  folder = join(root, String(place++));
  mkdirSync(folder);
  processedDataFile = at('processed.npz');
  await writeNpz(processedDataFile, {
    X_cat: { data: new Float64Array(rows * 26), shape: [rows, 26] },
    X_int: { data: Int32Array.from({ length: rows * 13 }, (_, i) => Math.floor(i / 13)), shape: [rows, 13] },
    y: { data: new Int32Array(rows), shape: [rows] },
    counts: { data: new Int32Array(26).fill(1), shape: [26] },
  });
});

/** The rows of each split, by their first integer, and the file that their days came from. */
async function splits(dayCounts?: DayCountOptions) {
  const found: number[][] = [];
  let file: string | undefined;
  for (const split of ['train', 'test', 'validation'] as const) {
    const onFound = (path: string) => (file = path);
    const dataset = await openCriteoDataset({
      processedDataFile,
      split,
      dayCounts: { ...dayCounts, onFound },
    });
    const ids = [];
    for await (const { dense } of dataset.batches({ batchSize: 100 })) {
      for (let row = 0; row < dense.length; row += 13) ids.push(Math.round(Math.exp(dense[row]!) - 1));
    }
    await dataset.close();
    found.push([ids[0]!, ids.at(-1)!]);
  }
  return { found, file };
}

const byCounts = [
  [0, 20],
  [21, 25],
  [26, 29],
];
const byEqualDays = [
  [0, 25],
  [26, 27],
  [28, 29],
];

test('without counts the days are equally long', async () => {
  expect(await splits()).toEqual({ found: byEqualDays, file: undefined });
});

test('the counts next to the processed file are taken where they fit', async () => {
  await writeCounts('other_day_count.npz', [1, 1, 1, 1, 1, 1, 1]);
  expect(await splits()).toEqual({ found: byEqualDays, file: undefined });
  await writeCounts('train_day_count.npz', counts);
  expect(await splits()).toEqual({ found: byCounts, file: at('train_day_count.npz') });
});

test('the counts next to the raw file come first, and a file that is named before them', async () => {
  mkdirSync(at('raw'));
  await writeCounts('train_day_count.npz', [4, 4, 4, 4, 4, 4, 6]);
  await writeCounts('raw/day_1_day_count.npz', counts);
  const rawDataFile = at('raw/day_1.txt');
  expect(await splits({ rawDataFile })).toEqual({ found: byCounts, file: at('raw/day_1_day_count.npz') });
  const file = at('train_day_count.npz');
  const named = await splits({ file, rawDataFile });
  expect(named.file).toBe(file);
  expect(named.found[1]).toEqual([24, 26]);
});

test('counts that do not fit, or two files that do, are errors', async () => {
  await writeCounts('short_day_count.npz', [1, 2, 3, 4, 5, 6, 7]);
  await expect(splits({ file: at('short_day_count.npz') })).rejects.toThrow(
    `${at('short_day_count.npz')}: total_per_file: expected 30 rows in all, those of ${processedDataFile}, found 28`,
  );
  await expect(splits({ rawDataFile: at('short.txt') })).rejects.toThrow('expected 30 rows in all');
  await expect(splits({ file: at('nowhere.npz') })).rejects.toThrow('nowhere.npz');
  await writeCounts('a_day_count.npz', counts);
  await writeCounts('b_day_count.npz', [...counts].reverse());
  await expect(splits()).rejects.toThrow(
    `${at('a_day_count.npz')} and ${at('b_day_count.npz')} both count its 30 rows, in other days; name the right one with --day-counts`,
  );
});

test('what is no file of counts is named', async () => {
  await writeNpz(at('x.npz'), { total_per_file: { data: Int32Array.of(30) } });
  await expect(splits({ file: at('x.npz') })).rejects.toThrow(
    'x.npz: expected an array total_per_file of at least 2 counts, found [30]',
  );
  await writeNpz(at('y.npz'), { days: { data: Int32Array.of(30) } });
  await expect(splits({ file: at('y.npz') })).rejects.toThrow(
    'y.npz: expected an array total_per_file, a count a day, found none',
  );
  writeFileSync(at('z.npz'), 'text');
  await expect(splits({ file: at('z.npz') })).rejects.toThrow('z.npz');
});

test('a split without rows is named', async () => {
  const file = at('days.npz');
  const check = (...splits: ('train' | 'test' | 'validation')[]) =>
    requireSplitRows({ processedDataFile, splits, dayCounts: { file } });
  const refusal = (split: string) => `${processedDataFile}: expected rows in the ${split} split, found none`;
  await writeCounts('days.npz', [rows, 0]);
  await check('train');
  await expect(check('train', 'test')).rejects.toThrow(refusal('test'));
  await writeCounts('days.npz', [rows - 1, 1]);
  await check('train', 'test');
  await expect(check('test', 'validation')).rejects.toThrow(refusal('validation'));
  await writeCounts('days.npz', [0, rows]);
  await expect(check('train', 'test')).rejects.toThrow(refusal('train'));
});

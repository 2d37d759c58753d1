import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCriteoDataset, preprocessCriteo, readNpz } from '@ds/criteo-data';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();
const golden = join(__dirname, '../golden/sampled-preprocessing');
const { cases, seed } = JSON.parse(readFileSync(join(golden, 'cases.json'), 'utf8')) as {
  cases: { name: string; days?: number; options: { max_ind_range?: number; sub_sample_rate?: number } }[];
  seed: number;
};
const dayFiles = Array.from({ length: 24 }, (_, day) => join(golden, `rows/day_${day}`));
const rawDays = join(folder, 'day');
const rawKaggle = join(folder, 'train.txt');
const processedDataFile = join(folder, 'processed.npz');

beforeAll(() => {
  const days = dayFiles.map((file) => readFileSync(file));
  days.forEach((rows, day) => writeFileSync(`${rawDays}_${day}`, rows));
  writeFileSync(rawKaggle, Buffer.concat(days));
});

it.each(cases)('matches data_utils.py on $name', async ({ name, days, options }) => {
  const { dayCounts, rows } = await preprocessCriteo({
    rawDataFile: days ? rawKaggle : rawDays,
    processedDataFile,
    days,
    maxIndRange: options.max_ind_range,
    sampling: { rate: options.sub_sample_rate ?? 0, seed },
    threads: 1,
  });
  const { total_per_file: found, ...arrays } = await readNpz(processedDataFile);
  const expected = await readNpz(join(golden, name, 'processed.npz'));
  expect(arrays).toEqual(expected);
  const counts = (await readNpz(join(golden, name, 'day_count.npz')))['total_per_file']!;
  expect(found).toEqual(counts);
  expect(dayCounts).toEqual(Array.from(counts.data, Number));
  expect(rows).toBe(expected['y']!.shape[0]);

  // The days go with the npz, and the last one is the test's, as the original's loader has it.
  const last = dayCounts.at(-1)!;
  const sizes = { train: rows - last, test: Math.ceil(last / 2), validation: Math.floor(last / 2) };
  for (const split of ['train', 'test', 'validation'] as const) {
    const dataset = await openCriteoDataset({ processedDataFile, split });
    expect(dataset.length).toBe(sizes[split]);
    await dataset.close();
  }
});

it('keeps every click, and no other row at a rate of 1', async () => {
  const { rows } = await preprocessCriteo({
    rawDataFile: rawKaggle,
    processedDataFile,
    sampling: { rate: 1, seed: 1 },
  });
  const clicks = readFileSync(rawKaggle, 'utf8').match(/^1/gm)!.length;
  expect(rows).toBe(clicks);
  expect([...(await readNpz(processedDataFile))['y']!.data]).toEqual(Array(clicks).fill(1));
});

it('refuses a rate that is no probability, days below 2, and samples of rows without labels', async () => {
  const preprocess = (options: object) =>
    preprocessCriteo({ rawDataFile: rawKaggle, processedDataFile, ...options });
  await expect(preprocess({ sampling: { rate: 1.5, seed: 1 } })).rejects.toThrow(
    'sampling.rate: expected a probability in [0, 1], found 1.5',
  );
  await expect(preprocess({ days: 1 })).rejects.toThrow('days: expected at least 2, found 1');
  await expect(preprocess({ maxIndRange: 0 })).rejects.toThrow('maxIndRange: expected a whole number');
  const unlabelled = join(folder, 'test.txt');
  writeFileSync(unlabelled, readFileSync(rawKaggle, 'utf8').replace(/^.\t/gm, ''));
  await expect(preprocess({ rawDataFile: unlabelled, sampling: { rate: 0.5, seed: 1 } })).rejects.toThrow(
    `${unlabelled}: rows without labels cannot be sampled by them`,
  );
});

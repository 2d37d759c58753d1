import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import {
  columnsOf,
  pathCell,
  readResultsCsv,
  timesPath,
  writeResultsCsv,
  type ResultsSchema,
} from '../../../src/index.js';
import { float, text } from '../../../src/results/csv/cell-types.js';

interface Row {
  name: string;
  auc: number;
  seconds?: number;
  path?: string;
}
const schema: ResultsSchema<Row> = {
  name: { column: 'name', role: 'key', cell: text('a name') },
  auc: { column: 'auc', cell: float() },
  seconds: { column: 'seconds', role: 'time', cell: float({ minimum: 0 }) },
  path: { column: 'path', cell: pathCell, mayBeEmpty: true, mayBeAbsent: true },
};

const root = temporaryFolder();
let folder: string;
let path: string;
const rows: Row[] = [
  { name: 'a', auc: 0.75, seconds: 1.5 },
  { name: 'b', auc: 0.5, seconds: 3 },
];
const write = (made: Row[]) =>
  writeResultsCsv({ path, columns: columnsOf(schema), makeRows: async () => made });

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'times-'));
  path = join(folder, 'results.csv');
});

test('times are in a file of their own, and read back with the rest', async () => {
  await write(rows);
  expect(await readFile(path, 'utf8')).toBe('name,auc,path\na,0.75,\nb,0.5,\n');
  expect(await readFile(join(folder, 'results_times.csv'), 'utf8')).toBe('name,seconds\na,1.5\nb,3.0\n');
  expect(await readResultsCsv(path, schema)).toEqual(rows);
  await rm(timesPath(path));
  expect(await readResultsCsv(path, schema)).toEqual(rows.map(({ name, auc }) => ({ name, auc })));
});

test('a file that has its times among its columns is read alone', async () => {
  await write(rows);
  await writeFile(path, 'name,auc,seconds\na,1,7\n');
  expect(await readResultsCsv(path, schema)).toEqual([{ name: 'a', auc: 1, seconds: 7 }]);
});

test.each([
  ['other rows', 'name,seconds\na,1\nc,2\n', /results_times\.csv line 3: name: expected 'b', as .*results\.csv line 3 has, found 'c'/],
  ['fewer rows', 'name,seconds\na,1\n', /results_times\.csv: expected 2 rows, as .*results\.csv has, found 1/],
  ['no keys', 'seconds\n1\n2\n', /results_times\.csv line 2: name: expected 'a', .* found ''/],
  ['a broken time', 'name,seconds\na,1\nb,-2\n', /results_times\.csv line 3: seconds: expected a number of at least 0, found '-2'/],
])('times with %s are refused', async (_, times, message) => {
  await write(rows);
  await writeFile(timesPath(path), times);
  await expect(readResultsCsv(path, schema)).rejects.toThrow(message);
});

test('nothing is left behind where the rows cannot be made', async () => {
  const makeRows = () => Promise.reject(new Error('no rows'));
  await expect(writeResultsCsv({ path, columns: columnsOf(schema), makeRows })).rejects.toThrow('no rows');
  expect(await readdir(folder)).toEqual([]);
});

test('the times of a part are beside it', () => {
  expect(timesPath('/a.b/results.2-of-8.csv')).toBe('/a.b/results_times.2-of-8.csv');
  expect(timesPath('results.12-of-16.csv')).toBe('results_times.12-of-16.csv');
  expect(timesPath('/a.b/results')).toBe('/a.b/results_times');
});

test('a folder with its files can be moved; files elsewhere stay where they are', async () => {
  const withFiles = [
    { name: 'inside', auc: 0, seconds: 0, path: join(folder, 'models', '..x', 'a, b.zip') },
    { name: 'outside', auc: 0, seconds: 0, path: join(root, 'elsewhere', 'm.zip') },
  ];
  await write(withFiles);
  expect(await readFile(path, 'utf8')).toContain('inside,0.0,"models/..x/a, b.zip"\n');
  expect(await readResultsCsv(path, schema)).toEqual(withFiles);
  const moved = join(root, 'moved');
  await rename(folder, moved);
  expect((await readResultsCsv(join(moved, 'results.csv'), schema)).map((row) => row.path)).toEqual([
    join(moved, 'models', '..x', 'a, b.zip'),
    join(root, 'elsewhere', 'm.zip'),
  ]);
});

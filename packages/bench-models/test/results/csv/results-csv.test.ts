import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { readResultsText, writeResultsCsv, type ResultsColumn } from '../../../src/results/csv/results-csv.js';

const folder = temporaryFolder();
const columns: ResultsColumn<{ name: string; size: number }>[] = [
  { name: 'name', cell: (row) => row.name },
  { name: 'size', cell: (row) => row.size },
];

/** The text of a file with these rows. */
async function textOf(rows: { name: string; size: number }[]): Promise<string> {
  const path = join(folder, 'text.csv');
  await writeResultsCsv({ path, columns, makeRows: async () => rows });
  return readFile(path, 'utf8');
}

test('cells are quoted where pandas quotes them', async () => {
  const rows = [
    { name: '(1, 4)', size: 1 },
    { name: 'say "so"', size: 2 },
    { name: '', size: 3 },
  ];
  // What pandas 3.1 writes: pd.DataFrame(...).to_csv(index=False)
  expect(await textOf(rows)).toBe('name,size\n"(1, 4)",1\n"say ""so""",2\n,3\n');
});

test('no rows are a heading', async () => {
  expect(await textOf([])).toBe('name,size\n');
});

test('the rows are returned and are in the file, which was not there before all were made', async () => {
  const path = join(folder, 'results.csv');
  const rows = [{ name: 'a', size: 1 }];
  const written = await writeResultsCsv({
    path,
    columns,
    makeRows: async () => {
      expect(await readdir(folder)).not.toContain('results.csv');
      return rows;
    },
  });
  expect(written).toEqual(rows);
  expect(await readFile(path, 'utf8')).toBe('name,size\na,1\n');
});

test('an earlier file stays where the rows cannot be made', async () => {
  const path = join(folder, 'earlier.csv');
  await writeFile(path, 'earlier');
  const makeRows = () => Promise.reject(new Error('no rows'));
  await expect(writeResultsCsv({ path, columns, makeRows })).rejects.toThrow('no rows');
  expect(await readFile(path, 'utf8')).toBe('earlier');
});

test('a place that cannot be written to is known before any row is made', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  const path = join(file, 'results.csv');
  const makeRows = jest.fn(async () => []);
  await expect(writeResultsCsv({ path, columns, makeRows })).rejects.toThrow(`cannot write ${path}`);
  expect(makeRows).not.toHaveBeenCalled();
});

describe('what is too large to be results', () => {
  const path = join(folder, 'large.csv');

  it.each([
    ['a cell of 100 kB', `norm,path\nL1,${'x'.repeat(100_000)}\n`, 'expected at most 65536 characters, found more on line 2'],
    ['millions of empty cells', ','.repeat(1 << 22), 'expected at most 65536 characters, found more on line 1'],
    ['a quote that is not closed', `norm,path\nL1,"${'x\n'.repeat(100_000)}`, 'Max Record Size'],
    ['a row of a thousand cells', `norm,path\n${','.repeat(1e3)}\n`, 'expect 2, got 1001 on line 2'],
  ])('%s is refused by its line', async (_, text, message) => {
    await writeFile(path, text);
    await expect(readResultsText(path)).rejects.toThrow(`${path}: not a CSV: `);
    await expect(readResultsText(path)).rejects.toThrow(message);
    await expect(readResultsText(path)).rejects.toThrow(/ line \d+$/);
  });

  it('hundreds of megabytes are refused before they are read', async () => {
    await writeFile(path, '');
    await truncate(path, 400e6);
    await expect(readResultsText(path)).rejects.toThrow(
      `cannot read ${path}: expected at most 4 MiB of text, found a file of 400000000 bytes`,
    );
  });
});

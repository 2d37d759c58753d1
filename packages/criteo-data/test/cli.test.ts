import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readNpz } from '@ds/criteo-data';
import { builtFile, temporaryFolder } from '@ds/test-support';
import packageJson from '../package.json';

const folder = temporaryFolder();
const program = builtFile(join(__dirname, '../dist/cli.js'));
const golden = join(__dirname, 'golden/preprocessing');

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it('synthesizes the same bytes whatever the number of threads, and preprocesses them', async () => {
  const rows = ['--rows', '80000', '--seed', '9', '--quiet'];
  expect(run('synthesize', ...rows, '--output', 'one.txt', '--threads', '1')).toEqual({
    status: 0,
    stdout: '80000 rows: one.txt\n',
    stderr: '',
  });
  expect(run('synthesize', ...rows, '--output', 'three.txt', '--threads', '3').status).toBe(0);
  const text = readFileSync(join(folder, 'one.txt'));
  expect(readFileSync(join(folder, 'three.txt')).equals(text)).toBe(true);

  // Underscores, as the original's flags have them.
  const { status, stderr } = run(
    'preprocess',
    '--raw_data_file',
    'one.txt',
    '--processed_data_file',
    'one.npz',
    '--threads',
    '1',
  );
  expect(status).toBe(0);
  expect(stderr).toMatch(/preprocessed bytes: .*\(100%\)/);
  expect(
    run('preprocess', '--raw-data-file', 'three.txt', '--processed-data-file', 'three.npz', '--threads', '3'),
  ).toMatchObject({
    status: 0,
    stdout: '80000 rows: three.npz, three_day_count.npz, three_dictionaries.npz\n',
  });
  expect(readFileSync(join(folder, 'three.npz')).equals(readFileSync(join(folder, 'one.npz')))).toBe(true);
  expect((await readNpz(join(folder, 'one.npz')))['X_cat']!.shape).toEqual([80_000, 26]);
});

it('synthesizes informative rare ids when asked to, the same on threads', () => {
  const rows = ['--rows', '30000', '--rare-ids', 'informative', '--quiet'];
  expect(run('synthesize', ...rows, '--output', 'informative.txt', '--threads', '1').status).toBe(0);
  expect(run('synthesize', ...rows, '--output', 'threads.txt', '--threads', '2').status).toBe(0);
  expect(run('synthesize', '--rows', '30000', '--quiet', '--output', 'weak.txt').status).toBe(0);
  const [informative, threads, weak] = ['informative.txt', 'threads.txt', 'weak.txt'].map((name) =>
    readFileSync(join(folder, name)),
  );
  expect(threads!.equals(informative!)).toBe(true);
  expect(weak!.equals(informative!)).toBe(false);
  const other = run('synthesize', '--rare-ids', 'loud');
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("Expected weak or informative, found 'loud'");
});

it('gives the same arrays of a gzip file, on threads', async () => {
  const place = join(folder, 'gzip');
  mkdirSync(place);
  run('synthesize', '--rows', '80000', '--output', 'gzip/train.txt', '--quiet');
  const text = readFileSync(join(place, 'train.txt'));
  writeFileSync(join(place, 'train.txt.gz'), gzipSync(text, { level: 1 }));
  const preprocess = async (rawDataFile: string) => {
    const files = ['--raw-data-file', rawDataFile, '--processed-data-file', 'gzip/out.npz'];
    expect(run('preprocess', '--quiet', '--threads', '3', ...files).status).toBe(0);
    return readNpz(join(place, 'out.npz'));
  };
  const expected = await preprocess('gzip/train.txt');
  const found = await preprocess('gzip/train.txt.gz');
  for (const [name, { data }] of Object.entries(expected)) {
    expect(Buffer.from(found[name]!.data.buffer).equals(Buffer.from(data.buffer))).toBe(true);
  }
});

it('gives later rows the ids of earlier ones, and says for each column how many were unknown', async () => {
  const row = (...first: string[]) =>
    ['1', ...Array<string>(13).fill(''), ...first, ...Array<string>(26 - first.length).fill('1f')].join('\t');
  const preprocess = (name: string, rows: string[], ...args: string[]) => {
    writeFileSync(join(folder, `${name}.txt`), `${rows.join('\n')}\n`);
    const files = ['--raw-data-file', `${name}.txt`, '--processed-data-file', `${name}.npz`];
    return run('preprocess', '--quiet', ...files, ...args);
  };
  expect(preprocess('earlier', [row('a', ''), row('b', 'c')])).toEqual({
    status: 0,
    stdout: '2 rows: earlier.npz, earlier_day_count.npz, earlier_dictionaries.npz\n',
    stderr: '',
  });
  const dictionaries = ['--dictionaries', 'earlier_dictionaries.npz'];
  const counts = Array.from({ length: 26 }, (_, column) => `C${column + 1} ${[1, 2][column] ?? 0}`);
  expect(preprocess('later', [row('b', 'd'), row('e', 'd'), row('a', 'c')], ...dictionaries)).toEqual({
    status: 0,
    stdout:
      '3 rows: later.npz, later_day_count.npz\n' +
      `rows with an unknown category, which has the id of a missing one: ${counts.join(', ')}\n`,
    stderr: '',
  });
  const { X_cat: ids } = await readNpz(join(folder, 'later.npz'));
  expect([0, 26, 52].map((at) => [...ids!.data.slice(at, at + 3)])).toEqual([
    [1, 0, 0],
    [0, 0, 0],
    [0, 1, 0],
  ]);
  expect(preprocess('later', [row('b')], '--dictionaries', 'none.npz')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'error: cannot read none.npz: no such file\n',
  });
  expect(preprocess('later', [row('b')], '--dictionaries', 'earlier.npz').stderr).toBe(
    'error: earlier.npz: array "C1": expected the categories of a column as int32 (n), found none; ' +
      'the file has X_cat, X_int, y, counts\n',
  );
});

it('shows its help and version', () => {
  expect(run('--version')).toEqual({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('criteo-data preprocess --raw-data-file train.txt');
  expect(run('synthesize', '--help').stdout).toContain('(default: 200000)');
});

it.each([
  ['no command', []],
  ['an unknown command', ['evaluate']],
  ['an unknown flag', ['synthesize', '--colour', 'red']],
  ['a flag without its value', ['preprocess', '--raw-data-file']],
  ['no raw data file', ['preprocess']],
  ['rows that are no number', ['synthesize', '--rows', 'many']],
  ['no rows', ['synthesize', '--rows', '0']],
])('exits with 2 on %s', (_, args) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).not.toBe('');
});

const good = readFileSync(join(golden, '7-rows/train.txt'), 'utf8');
const place = join(folder, 'bad');

describe('on bad input, one line on stderr, exit code 1, and nothing written', () => {
  beforeAll(() => mkdirSync(place));

  it.each([
    [
      'a wrong number of fields',
      `${good}1\t2\n`,
      'bad/train.txt: line 8: expected 40 tab-separated fields, found 2',
    ],
    [
      'no number',
      good.replace(/^(.)\t\d+/, '$1\tabc'),
      'bad/train.txt: line 1, field I1: expected a whole number of 32 bits or nothing, found "abc"',
    ],
    [
      'no hex',
      good.replace(/\w+$/m, 'zz'),
      'bad/train.txt: line 1, field C26: expected at most 8 hex digits, found "zz"',
    ],
    [
      'a bad label',
      good.replace(/^./, '7'),
      'bad/train.txt: line 1, field label: expected 0 or 1, found "7"',
    ],
    ['an empty file', '', 'bad/train.txt: expected at least one row, found an empty file'],
  ])('%s', (_, text, message) => {
    writeFileSync(join(place, 'train.txt'), text);
    expect(
      run(
        'preprocess',
        '--quiet',
        '--raw-data-file',
        'bad/train.txt',
        '--processed-data-file',
        'bad/out.npz',
      ),
    ).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: ${message}\n`,
    });
    expect(readdirSync(place)).toEqual(['train.txt']);
  });

  it('on several threads, the first bad line', () => {
    const lines = Array.from({ length: 200_000 }, () => good.slice(0, good.indexOf('\n') + 1));
    lines[140_000] = lines[199_990] = 'x\n';
    writeFileSync(join(place, 'train.txt'), lines.join(''));
    const { status, stderr } = run(
      'preprocess',
      '--quiet',
      '--raw-data-file',
      'bad/train.txt',
      '--processed-data-file',
      'bad/out.npz',
      '--threads',
      '3',
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error: bad/train.txt: line 140001: expected 40 tab-separated fields, found 1\n',
    });
    expect(readdirSync(place)).toEqual(['train.txt']);
  });

  it('a raw file that does not exist, or is a folder', () => {
    for (const [name, reason] of [
      ['none.txt', 'no such file'],
      ['bad', 'expected a file, found a folder'],
    ]) {
      expect(
        run('preprocess', '--quiet', '--raw-data-file', name!, '--processed-data-file', 'out.npz'),
      ).toEqual({
        status: 1,
        stdout: '',
        stderr: `error: cannot read ${name}: ${reason}\n`,
      });
      expect(existsSync(join(folder, 'out.npz'))).toBe(false);
    }
  });

  it('an output that is the input, or that the day counts would overwrite', () => {
    const text = readFileSync(join(golden, '7-rows/train.txt'), 'utf8');
    writeFileSync(join(folder, 'kept.txt'), text);
    for (const [output, reason] of [
      ['kept.txt', 'kept.txt: it is also an input, and would be lost'],
      ['kept_day_count.npz', 'kept_day_count.npz: it is written twice'],
    ] as const) {
      const { status, stderr } = run(
        'preprocess',
        '--raw-data-file',
        'kept.txt',
        '--processed-data-file',
        output,
      );
      expect(stderr).toContain(`error: cannot write ${reason}`);
      expect(status).toBe(1);
    }
    expect(readFileSync(join(folder, 'kept.txt'), 'utf8')).toBe(text);
    expect(existsSync(join(folder, 'kept_day_count.npz'))).toBe(false);
  });

  it('an output folder that cannot be written', () => {
    copyFileSync(join(golden, '7-rows/train.txt'), join(folder, 'plain.txt'));
    for (const args of [
      ['preprocess', '--raw-data-file', 'plain.txt', '--processed-data-file', 'plain.txt/out.npz'],
      ['synthesize', '--rows', '10', '--output', 'plain.txt/out.txt'],
    ]) {
      const { status, stderr } = run(...args, '--quiet');
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^error: cannot write plain\.txt\/out\.\w+: a part of its path is a file, not a folder\n$/,
      );
    }
    expect(existsSync(join(folder, 'plain_day_count.npz'))).toBe(false);
  });
});

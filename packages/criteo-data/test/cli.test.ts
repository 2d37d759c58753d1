import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openCriteoDataset, readNpz } from '@ds/criteo-data';
import { builtFile, killOnceJournalled, temporaryFolder } from '@ds/test-support';
import packageJson from '../package.json';
import { tarGzOf, zipOf } from './raw/packed.js';

const folder = temporaryFolder();
const program = builtFile(join(__dirname, '../dist/cli.js'));
const golden = join(__dirname, 'golden/preprocessing');

function run(...args: string[]) {
  return runOn('', ...args);
}

/** With something on standard input. */
function runOn(input: string | Uint8Array, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
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

it('prints what it wrote as one JSON document with --json', () => {
  const made = run('synthesize', '--rows', '20', '--output', 'few.txt', '--json');
  expect(JSON.parse(made.stdout)).toEqual({ output: 'few.txt', rows: 20 });
  expect(made.stderr).toContain('(100%)');
  const options = ['--raw-data-file', 'few.txt', '--processed-data-file', 'few.npz', '--quiet', '--json'];
  expect(JSON.parse(run('preprocess', ...options).stdout)).toEqual({
    ...{ rows: 20, processedDataFile: 'few.npz', dayCountFile: 'few_day_count.npz' },
    ...{ dictionariesFile: 'few_dictionaries.npz', unknownRows: null },
  });
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

describe('rows in other forms', () => {
  const text = readFileSync(join(golden, 'criteo-rows/train.txt'), 'utf8');
  const names = [
    'label',
    ...Array.from({ length: 13 }, (_, column) => `I${column + 1}`),
    ...Array.from({ length: 26 }, (_, column) => `C${column + 1}`),
  ];
  const withHeader = `${names.join('\t')}\n${text}`;
  const unlabelled = text.replace(/^./gm, '').replace(/^\t/gm, '');
  const at = (name: string) => join(folder, 'forms', name);
  const expected = readNpz(join(golden, 'criteo-rows/processed.npz'));
  const preprocess = (...args: string[]) =>
    run('preprocess', '--processed-data-file', 'forms/out.npz', '--raw-data-file', ...args);

  beforeAll(() => mkdirSync(join(folder, 'forms')));

  it.each<[string, string, () => Promise<Uint8Array> | Uint8Array | string, RegExp]>([
    ['a header', 'header.txt', () => withHeader, /header\.txt: line 1 is a header\n/],
    ['commas', 'rows.csv', () => text.replaceAll('\t', ','), /rows\.csv: commas between the fields\n/],
    [
      'commas, quotes and a header',
      'quoted.csv',
      () => withHeader.replace(/[^\t\n]+/g, '"$&"').replaceAll('\t', ','),
      /line 1 is a header/,
    ],
    ['numbers as pandas writes them', 'pandas.csv', () => pandasLike(text), /commas/],
    ['a byte order mark', 'mark.txt', () => `\ufeff${text}`, /^preprocessed bytes/],
    ['UTF-16', 'utf16.txt', () => Buffer.from(`\ufeff${text}`, 'utf16le'), /utf16\.txt: read as UTF-16LE\n/],
    [
      'zip',
      'dac.zip',
      () => zipOf({ 'train.txt': text, 'test.txt': unlabelled }),
      /dac\.zip: rows of train\.txt/,
    ],
    [
      'tar.gz',
      'dac.tar.gz',
      () => tarGzOf({ 'readme.txt': 'read me', 'test.txt': unlabelled, 'train.txt': text }),
      /dac\.tar\.gz: rows of train\.txt/,
    ],
  ])('%s', async (_, name, make, note) => {
    writeFileSync(at(name), await make());
    const { status, stdout, stderr } = preprocess(`forms/${name}`);
    expect(stderr).toMatch(note);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `300 rows: forms/out.npz, forms/${name.split('.')[0]}_day_count.npz, forms/out_dictionaries.npz\n`,
    });
    expect(await readNpz(at('out.npz'))).toEqual(await expected);
  });

  it('rows without labels, which get no y and no days', async () => {
    writeFileSync(at('test.txt'), unlabelled);
    const { status, stdout, stderr } = preprocess('forms/test.txt', '--threads', '2');
    expect(stderr).toContain('forms/test.txt: rows of 39 fields without a label: the npz gets no y');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '300 rows: forms/out.npz, forms/out_dictionaries.npz\n',
    });
    const others = Object.entries(await expected).filter(([name]) => name !== 'y');
    expect(await readNpz(at('out.npz'))).toEqual(Object.fromEntries(others));
    const dataset = openCriteoDataset({ processedDataFile: at('out.npz'), split: 'test' });
    await expect(dataset).rejects.toThrow(
      `${at('out.npz')}: array "y": missing; rows without labels have no test split, they can only be predicted`,
    );
    writeFileSync(at('test.txt'), unlabelled.replace('\n', '\n1\t'));
    expect(preprocess('forms/test.txt', '--quiet').stderr).toBe(
      'error: forms/test.txt: line 2: expected 39 tab-separated fields (no label, as in line 1), found 40\n',
    );
  });

  it('standard input, plain and packed', async () => {
    for (const input of [text, gzipSync(text)]) {
      const { status, stdout } = runOn(
        input,
        'preprocess',
        ...['--raw-data-file', '-', '--processed-data-file', 'forms/stdin.npz'],
      );
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: '300 rows: forms/stdin.npz, forms/stdin_day_count.npz, forms/stdin_dictionaries.npz\n',
      });
      expect(await readNpz(at('stdin.npz'))).toEqual(await expected);
    }
    const bad = runOn(
      '1\t2\n',
      'preprocess',
      '--quiet',
      '--raw-data-file',
      '-',
      '--processed-data-file',
      'forms/none.npz',
    );
    expect(bad).toEqual({
      status: 1,
      stdout: '',
      stderr: 'error: standard input: line 1: expected 40 tab-separated fields, found 2\n',
    });
    expect(existsSync(at('none.npz'))).toBe(false);
  });

  it('several files, as one', async () => {
    const lines = text.match(/.*\n/g)!;
    mkdirSync(at('parts'));
    const parts = [lines.slice(0, 90), lines.slice(90, 91), lines.slice(91)].map((part) => part.join(''));
    writeFileSync(at('parts/a.txt'), parts[0]!.slice(0, -1));
    writeFileSync(at('parts/b.txt.gz'), gzipSync(parts[1]!));
    writeFileSync(at('parts/c.csv'), parts[2]!.replaceAll('\t', ','));
    for (const files of [
      ['a.txt', 'b.txt.gz', 'c.csv'].map((name) => `forms/parts/${name}`),
      ['forms/parts/?.*'],
    ]) {
      const { status, stdout } = preprocess(...files);
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: '300 rows: forms/out.npz, forms/parts/a_day_count.npz, forms/out_dictionaries.npz\n',
      });
      expect(await readNpz(at('out.npz'))).toEqual(await expected);
    }
    writeFileSync(at('parts/c.csv'), parts[2]!.replaceAll('\t', ',').replace('\n', '\nx'));
    expect(preprocess('forms/parts/?.*', '--quiet').stderr).toMatch(
      /^error: forms\/parts\/c\.csv: line 2, field label: expected 0 or 1, found "x[01]"\n$/,
    );
    writeFileSync(at('parts/c.csv'), unlabelled);
    expect(preprocess('forms/parts/?.*', '--quiet').stderr).toBe(
      'error: forms/parts/c.csv: expected rows with a label, as in forms/parts/a.txt, found no label\n',
    );
    expect(preprocess('forms/parts/a.txt', 'forms/parts/none.txt', '--quiet').stderr).toBe(
      'error: cannot read forms/parts/none.txt: no such file\n',
    );
  });

  it('formats that are not read, by their name', () => {
    writeFileSync(at('train.parquet'), 'PAR1\x15\x04\x15.');
    const { status, stderr } = preprocess('forms/train.parquet');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'error: forms/train.parquet: a Parquet file, which is not read; instead: python -c "import pandas; ' +
        "pandas.read_parquet('forms/train.parquet').to_csv('rows.csv', index=False)\"\n",
    );
  });
});

describe('days and samples', () => {
  const rows = (name: string) => join(golden, '../sampled-preprocessing/rows', name);

  it('takes the Terabyte flags of the original, and its name of the days', async () => {
    const place = join(folder, 'terabyte');
    mkdirSync(place);
    for (let day = 0; day < 24; day++) {
      writeFileSync(join(place, `day_${day}.gz`), gzipSync(readFileSync(rows(`day_${day}`))));
    }
    const { status, stderr } = run(
      'preprocess',
      ...['--raw_data_file', 'terabyte/day', '--processed_data_file', 'terabyte/out.npz'],
      ...['--data-sub-sample-rate=0.875', '--max-ind-range=40', '--seed', '7', '--days', '24'],
    );
    expect(stderr).toContain('24 days, one a file\n');
    expect(status).toBe(0);
    const { total_per_file: days, ...arrays } = await readNpz(join(place, 'out.npz'));
    const expected = join(golden, '../sampled-preprocessing/both');
    expect(arrays).toEqual(await readNpz(join(expected, 'processed.npz')));
    const counts = (await readNpz(join(expected, 'day_count.npz')))['total_per_file']!;
    expect(days).toEqual(counts);
    expect((await readNpz(join(place, 'day_day_count.npz')))['total_per_file']).toEqual(counts);
    const asItIs = ['--raw-data-file', 'terabyte/day_0.gz', '--processed-data-file', 'terabyte/one.npz'];
    expect(run('preprocess', '--max-ind-range', '-1', '--columns', 'criteo-kaggle', ...asItIs)).toMatchObject(
      {
        status: 0,
      },
    );
  });

  it('refuses the dictionaries of another range', () => {
    writeFileSync(join(folder, 'range.txt'), good);
    const files = ['--raw-data-file', 'range.txt', '--processed-data-file', 'range.npz', '--quiet'];
    expect(run('preprocess', ...files, '--max-ind-range', '40').status).toBe(0);
    const known = ['--dictionaries', 'range_dictionaries.npz'];
    const later = ['--raw-data-file', 'range.txt', '--processed-data-file', 'later.npz', '--quiet', ...known];
    expect(run('preprocess', ...later, '--max-ind-range', '40').status).toBe(0);
    expect(run('preprocess', ...later).stderr).toBe(
      'error: range_dictionaries.npz: expected the dictionaries of C1,C2,C3,C4,C5,C6,C7,C8,C9,C10,C11,C12,C...2,C23,C24,C25,C26, ' +
        'found those of C1,C2,C3,C4,C5,C6,C7,C8,C9,C10,C11,C12,C...C25,C26 modulo 40\n',
    );
  });

  it('leaves out the same rows on threads, of a plain and a packed file, and others with another seed', () => {
    run('synthesize', '--rows', '50000', '--output', 'sampled.txt', '--quiet');
    writeFileSync(
      join(folder, 'sampled.txt.gz'),
      gzipSync(readFileSync(join(folder, 'sampled.txt')), { level: 1 }),
    );
    const sample = (file: string, seed: string, threads: string) => {
      const files = ['--raw-data-file', file, '--processed-data-file', 'sampled.npz'];
      const { status, stdout } = run(
        'preprocess',
        ...['--quiet', ...files, '--sub-sample-rate', '0.5', '--seed', seed, '--threads', threads],
      );
      expect(status).toBe(0);
      return { rows: Number.parseInt(stdout, 10), bytes: readFileSync(join(folder, 'sampled.npz')) };
    };
    const one = sample('sampled.txt', '1', '1');
    expect(one.rows).toBeGreaterThan(28_000);
    expect(one.rows).toBeLessThan(34_000);
    for (const file of ['sampled.txt', 'sampled.txt.gz']) {
      expect(sample(file, '1', '3').bytes.equals(one.bytes)).toBe(true);
    }
    expect(sample('sampled.txt', '2', '1').bytes.equals(one.bytes)).toBe(false);
  });

  it.each([
    ['--days', '1', 'a whole number of at least 2'],
    ['--days', '7.5', 'a whole number of at least 2'],
    ['--max-ind-range', '0', 'a whole number of at least 1'],
    ['--sub-sample-rate', '1.5', 'a number from 0 to 1'],
    ['--sub-sample-rate', 'half', 'a number, found'],
    ['--columns', 'label', 'criteo-kaggle, avazu or label='],
  ])('exits with 2 on %s %s', (flag, value, expected) => {
    const { status, stderr } = run('preprocess', '--raw-data-file', 'x', flag, value);
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
  });

  it('takes one rate by both its names, not two', () => {
    const rates = ['--sub-sample-rate', '0.9', '--data-sub-sample-rate', '0'];
    expect(run('preprocess', '--quiet', '--raw-data-file', 'x', ...rates)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'error: --sub-sample-rate and --data-sub-sample-rate: expected one rate, found 0.9 and 0\n',
      ),
    });
  });

  it('says when no row is left', () => {
    writeFileSync(join(folder, 'unclicked.txt'), `${good.split('\n')[0]!.replace(/^./, '0')}\n`);
    const files = ['--raw-data-file', 'unclicked.txt', '--processed-data-file', 'unclicked.npz'];
    expect(run('preprocess', '--quiet', ...files, '--sub-sample-rate', '1').stderr).toBe(
      'error: unclicked.txt: expected at least one row, found none that is kept\n',
    );
    expect(existsSync(join(folder, 'unclicked.npz'))).toBe(false);
  });
});

it('takes chosen columns, such as those of Avazu', async () => {
  const header =
    'id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id,' +
    'device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21';
  const rows = Array.from({ length: 20 }, (_, row) =>
    [
      ...[
        `${10 ** 19 + row}`,
        `${row % 3 === 0 ? 1 : 0}`,
        `141021${String(row % 24).padStart(2, '0')}`,
        '1005',
        `${row % 2}`,
      ],
      ...[
        '1fbe01fe',
        'f3845767',
        '28905ebd',
        'ecad2386',
        '7801e8d9',
        '07d7df22',
        'a99f214a',
        `ddd2926${row % 9}`,
      ],
      ...['44956a24', '1', '2', '15706', '320', '50', '1722', '0', '35', row % 2 ? '-1' : '100084', '79'],
    ].join(','),
  );
  writeFileSync(join(folder, 'avazu.csv.gz'), gzipSync([header, ...rows, ''].join('\n')));
  const files = ['--raw-data-file', 'avazu.csv.gz', '--processed-data-file', 'avazu.npz'];
  expect(run('preprocess', '--quiet', '--columns', 'avazu', ...files)).toEqual({
    status: 0,
    stdout: '20 rows: avazu.npz, avazu_day_count.npz, avazu_dictionaries.npz\n',
    stderr: '',
  });
  const { X_cat, X_int, y, counts } = await readNpz(join(folder, 'avazu.npz'));
  expect(X_cat!.shape).toEqual([20, 22]);
  expect(X_int).toMatchObject({ shape: [20, 1], data: new Int32Array(20) });
  expect([...y!.data]).toEqual(rows.map((row) => Number(row.split(',')[1])));
  expect([...counts!.data]).toEqual([20, 1, 2, 1, 1, 1, 1, 1, 1, 1, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1]);
  expect([...X_cat!.data].filter((_, at) => at % 22 === 20)).toEqual(rows.map((_, row) => row % 2));

  const unlabelled = [header, ...rows].map((row) => row.split(',').toSpliced(1, 1).join(','));
  writeFileSync(
    join(folder, 'later.csv'),
    [...unlabelled.slice(0, 1), ...unlabelled.slice(5), ''].join('\n'),
  );
  const later = ['--raw-data-file', 'later.csv', '--processed-data-file', 'later.npz', '--quiet'];
  const known = ['--dictionaries', 'avazu_dictionaries.npz'];
  expect(run('preprocess', '--columns', 'avazu', ...known, ...later).status).toBe(0);
  const ids = await readNpz(join(folder, 'later.npz'));
  expect(Object.keys(ids)).toEqual(['X_cat', 'X_int', 'counts']);
  expect(ids['counts']).toEqual(counts);
  expect(ids['X_cat']!.data).toEqual(X_cat!.data.slice(4 * 22));
  const others = 'categorical=C1,hour';
  expect(run('preprocess', '--columns', others, ...known, ...later).stderr).toBe(
    'error: avazu_dictionaries.npz: expected the dictionaries of C1,hour, ' +
      'found those of hour[-2:],C1,banner_pos,site_id,site_dom...7,C18,C19,C20,C21\n',
  );

  const some = 'label=click numeric=banner_pos,20 categorical=hour[-2:],device_ip,21';
  expect(run('preprocess', '--quiet', '--columns', some, ...files).status).toBe(0);
  const chosen = await readNpz(join(folder, 'avazu.npz'));
  expect([...chosen['X_int']!.data]).toEqual(rows.flatMap((_, row) => [row % 2, 1722]));
  expect([...chosen['counts']!.data]).toEqual([20, 9, 1]);
  const wrong = 'label=click numeric=device_ip categorical=hour';
  expect(run('preprocess', '--quiet', '--columns', wrong, ...files).stderr).toBe(
    'error: avazu.csv.gz: line 2, field device_ip: expected a whole number of 32 bits or nothing, found "ddd29260"\n',
  );
  expect(run('preprocess', '--quiet', ...files).stderr).toBe(
    'error: avazu.csv.gz: line 1: expected 40 comma-separated fields (--columns takes others), found 24\n',
  );
});

/** Commas, and whole numbers with a decimal point. */
function pandasLike(text: string): string {
  return text
    .replace(
      /^(.)((?:\t-?\d*){13})/gm,
      (_, label, integers: string) => label + integers.replace(/\d+/g, '$&.0'),
    )
    .replaceAll('\t', ',');
}

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

  it('a line without an end, in a small gzip file, with bounded memory', () => {
    const tabs = gzipSync(Buffer.alloc(200e6, '\t'), { level: 9 });
    expect(tabs.length).toBeLessThan(205_000);
    writeFileSync(join(place, 'train.txt'), tabs);
    const files = ['--raw-data-file', 'bad/train.txt', '--processed-data-file', 'bad/out.npz'];
    // The line as a string, let alone its 200 million fields, would not fit.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=60', program, 'preprocess', '--quiet', ...files],
      { cwd: folder, encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'error: bad/train.txt: line 1: expected a line end within 1048576 bytes, found none\n',
    });
    expect(readdirSync(place)).toEqual(['train.txt']);
  });

  it('a pipe in place of a file, without waiting for someone who writes it', () => {
    spawnSync('/bin/sh', ['-c', 'mkfifo pipe'], { cwd: folder });
    for (const args of [
      ['--raw-data-file', 'pipe'],
      ['--raw-data-file', 'bad/train.txt', '--dictionaries', 'pipe'],
    ]) {
      expect(run('preprocess', '--quiet', '--processed-data-file', 'bad/out.npz', ...args)).toEqual({
        status: 1,
        stdout: '',
        stderr: 'error: cannot read pipe: expected a file, found a pipe\n',
      });
    }
    expect(existsSync(join(place, 'out.npz'))).toBe(false);
  });

  it('too few open files: one line with what to do', () => {
    const bin = join(__dirname, '../bin/criteo-data.js');
    const files = '--raw-data-file kept.txt --processed-data-file bad/out.npz';
    const { status, stderr } = spawnSync(
      '/bin/sh',
      ['-c', `ulimit -n 20; exec "$0" "$1" preprocess ${files}`, process.execPath, bin],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toBe('error: too many open files: raise the limit of open files (ulimit -n)\n');
    expect(status).toBe(1);
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

describe('--checkpoint-every', () => {
  const at = (name: string) => join(folder, name);
  const rows = ['--quiet', '--checkpoint-every', '1'];
  const npzs = ['big.npz', 'big_dictionaries.npz', 'big_day_count.npz'].map(at);
  const contents = () => npzs.map((path) => existsSync(path) && readFileSync(path).toString('base64'));
  const hidden = () => readdirSync(folder).filter((name) => name.startsWith('.big'));
  const preprocess = (...args: string[]) =>
    run('preprocess', '--raw-data-file', ...args, '--processed-data-file', at('big.npz'));
  beforeAll(() => {
    // Three pieces.
    expect(run('synthesize', '--rows', '80000', '--output', 'big.txt', '--quiet').status).toBe(0);
    writeFileSync(at('big.txt.gz'), gzipSync(readFileSync(at('big.txt')), { level: 1 }));
    expect(run('synthesize', '--rows', '3000', '--seed', '4', '--output', 'earlier.txt').status).toBe(0);
    expect(
      run('preprocess', '--raw-data-file', 'earlier.txt', '--processed-data-file', 'earlier.npz').status,
    ).toBe(0);
  });

  it.each([
    ['a text', ['big.txt']],
    ['a text that is sampled', ['big.txt', '--sub-sample-rate', '0.5']],
    ['packed rows that get the ids of others', ['big.txt.gz', '--dictionaries', 'earlier_dictionaries.npz']],
  ])('continues after a kill, with the same files at the end: %s', async (_, args) => {
    const options = args.map((arg) => (/^[^-0].*\.(txt|gz|npz)$/.test(arg) ? at(arg) : arg));
    npzs.forEach((path) => rmSync(path, { force: true }));
    const whole = preprocess(...options, '--quiet');
    expect(whole.status).toBe(0);
    const undisturbed = contents();
    npzs.forEach((path) => rmSync(path, { force: true }));
    await killOnceJournalled(
      [program, 'preprocess', '--raw-data-file', ...options, '--processed-data-file', at('big.npz'), ...rows],
      at('big.npz'),
    );
    expect(hidden()).toEqual(expect.arrayContaining(['.big.npz.journal', '.big.npz.pieces']));
    const resumed = preprocess(...options, ...rows.slice(1));
    // With dictionaries, stdout counts the rows with an unknown category.
    expect([resumed.status, resumed.stdout]).toEqual([0, whole.stdout]);
    expect(resumed.stderr).toMatch(/^resuming after \d+ rows; --fresh starts over$/m);
    expect(contents()).toEqual(undisturbed);
    expect(hidden()).toEqual([]);
  });

  it('starts over with --fresh, other options or another file, and removes what is not continued', async () => {
    const [text, changed] = [at('big.txt'), readFileSync(at('big.txt'))];
    const left = ['.big.npz.journal', '.big.npz.pieces'].map(at);
    /** Interrupts a run; returns what puts back the files that it left. */
    const interrupt = async () => {
      const args = ['preprocess', '--raw-data-file', text, '--processed-data-file', at('big.npz'), ...rows];
      await killOnceJournalled([program, ...args], at('big.npz'));
      const kept = left.map((path) => readFileSync(path));
      return () => left.forEach((path, i) => writeFileSync(path, kept[i]!));
    };
    const startsOver = (...args: string[]) => {
      const { status, stderr } = preprocess(text, ...args);
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('resuming after')]);
    };
    const putBack = await interrupt();
    startsOver('--checkpoint-every', '1', '--fresh');
    putBack();
    startsOver('--checkpoint-every', '1', '--max-ind-range', '999');
    putBack();
    changed[0] = changed[0] === 48 ? 49 : 48;
    writeFileSync(text, changed);
    startsOver('--checkpoint-every', '1');
    const ofChanged = contents();
    const putBackOfChanged = await interrupt();
    for (const damage of [
      (checkpoint: Buffer) => checkpoint.subarray(0, 9), // cut short
      (checkpoint: Buffer) => checkpoint.fill(255), // another file's
    ]) {
      putBackOfChanged();
      writeFileSync(left[1]!, damage(readFileSync(left[1]!)));
      startsOver('--checkpoint-every', '1');
      expect(contents()).toEqual(ofChanged);
    }
    putBackOfChanged();
    expect(preprocess(text, '--quiet').status).toBe(0);
    expect(hidden()).toEqual([]);
  });

  it('continues through a link to the file', async () => {
    mkdirSync(at('elsewhere'));
    symlinkSync(at('big.npz'), at('elsewhere/big.npz'));
    const args = ['--raw-data-file', at('big.txt'), '--processed-data-file'];
    await killOnceJournalled([program, 'preprocess', ...args, at('big.npz'), ...rows], at('big.npz'));
    const resumed = run('preprocess', ...args, at('elsewhere/big.npz'), ...rows.slice(1));
    expect([resumed.status, resumed.stderr]).toEqual([0, expect.stringContaining('resuming after')]);
    expect(hidden()).toEqual([]);
  });

  it('leaves nothing after a row that cannot be read', () => {
    writeFileSync(at('bad.txt'), Buffer.concat([readFileSync(at('big.txt')), Buffer.from('0\t1\n')]));
    const { status, stderr } = preprocess(at('bad.txt'), ...rows);
    expect([status, stderr]).toEqual([1, expect.stringContaining('bad.txt: line 80001: expected 40')]);
    expect(hidden()).toEqual([]);
    expect(runOn('', 'preprocess', '--raw-data-file', '-', ...rows).stderr).toContain(
      'checkpointEvery: expected files to read and to write, found standard input',
    );
  });
});

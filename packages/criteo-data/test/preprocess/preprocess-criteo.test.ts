import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openCriteoDataset, preprocessCriteo, readNpz } from '@ds/criteo-data';
import { temporaryFolder } from '@ds/test-support';
import { openNpz } from '@ds/tensor-files/npz';
import { simplePreprocessing } from './simple-preprocessing.js';

const folder = temporaryFolder();
const golden = join(__dirname, '../golden/preprocessing');
const { cases } = JSON.parse(readFileSync(join(golden, 'cases.json'), 'utf8')) as {
  cases: { name: string; error?: string }[];
};
const processedDataFile = join(folder, 'processed.npz');

async function preprocessText(text: string | Uint8Array, name = 'train.txt') {
  const rawDataFile = join(folder, name);
  writeFileSync(rawDataFile, text);
  return preprocessCriteo({ rawDataFile, processedDataFile, threads: 1 });
}

describe.each(cases)('on $name', ({ name, error }) => {
  const text = () => readFileSync(join(golden, name, 'train.txt'));

  it(
    error ? 'gives what the simple reference gives, where data_utils.py fails' : 'matches data_utils.py',
    async () => {
      const { rows, counts, dayCountFile } = await preprocessText(text());
      const found = await readNpz(processedDataFile);
      const reference = simplePreprocessing(text().toString());
      expect(Object.keys(found)).toEqual(['X_cat', 'X_int', 'y', 'counts']);
      for (const [array, values] of Object.entries(reference)) expect(found[array]!.data).toEqual(values);
      expect(rows).toBe(reference.y.length);
      expect(counts).toEqual(reference.counts);
      if (error) return;

      const expected = await readNpz(join(golden, name, 'processed.npz'));
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      expect(found).toEqual(expected);
      expect(await readNpz(dayCountFile!)).toEqual(await readNpz(join(golden, name, 'day_count.npz')));
    },
  );
});

it('lays X_cat out in Fortran order and the rest in C order, as data_utils.py does', async () => {
  await preprocessText(readFileSync(join(golden, 'criteo-rows/train.txt')));
  const ours = await openNpz(processedDataFile);
  const theirs = await openNpz(join(golden, 'criteo-rows/processed.npz'));
  const orders = (file: typeof ours) =>
    [...file.entries].map(([name, { fortranOrder }]) => [name, fortranOrder]);
  expect(orders(ours)).toEqual(orders(theirs));
  await ours.close();
  await theirs.close();
});

const field = (form: fc.Arbitrary<string>) => fc.option(form, { nil: '', freq: 4 });
const category = fc.oneof(
  { weight: 1, arbitrary: fc.nat(3).map((value) => value.toString(16)) },
  { weight: 9, arbitrary: fc.stringMatching(/^[0-9a-fA-F]{8}$/) },
);
const row = fc
  .tuple(
    fc.constantFrom('0', '1'),
    fc.array(field(fc.integer().map(String)), { minLength: 13, maxLength: 13 }),
    fc.array(field(category), { minLength: 26, maxLength: 26 }),
  )
  .map(([label, integers, categories]) => [label, ...integers, ...categories].join('\t'));

it('gives what the simple reference gives on any rows, line ends and compression', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.boolean(),
      async (rows, end, isLastEnded, isCompressed) => {
        const text = rows.join(end) + (isLastEnded ? end : '');
        const { dayCountFile } = isCompressed
          ? await preprocessText(gzipSync(text), 'train.txt.gz')
          : await preprocessText(text);
        const found = await readNpz(processedDataFile);
        for (const [name, values] of Object.entries(simplePreprocessing(text)))
          expect(found[name]!.data).toEqual(values);
        expect(dayCountFile).toBe(join(folder, 'train_day_count.npz'));
      },
    ),
    { numRuns: 60 },
  );
});

const good = ['1', ...Array(13).fill('5'), ...Array(26).fill('0a')];
const withField = (index: number, value: string) => good.with(index, value).join('\t');

it.each([
  ['a field too few', good.slice(1).join('\t'), 'line 3: expected 40 tab-separated fields, found 39'],
  ['a field too many', [...good, ''].join('\t'), 'line 3: expected 40 tab-separated fields, found 41'],
  ['an empty line', '', 'line 3: expected 40 tab-separated fields, found 1'],
  ['a label of 2', withField(0, '2'), 'line 3, field label: expected 0 or 1, found "2"'],
  ['a missing label', withField(0, ''), 'line 3, field label: expected 0 or 1, found ""'],
  ['a label of 10', withField(0, '10'), 'line 3, field label: expected 0 or 1, found "10"'],
  [
    'a word',
    withField(3, 'abc'),
    'line 3, field I3: expected a whole number of 32 bits or nothing, found "abc"',
  ],
  [
    'a fraction',
    withField(13, '1.5'),
    'line 3, field I13: expected a whole number of 32 bits or nothing, found "1.5"',
  ],
  ['a lone minus', withField(1, '-'), 'field I1: expected a whole number of 32 bits or nothing, found "-"'],
  [
    '2147483648',
    withField(1, '2147483648'),
    'field I1: expected a whole number of 32 bits or nothing, found "2147483648"',
  ],
  ['-2147483649', withField(2, '-2147483649'), 'field I2: expected a whole number of 32 bits or nothing'],
  ['a long number', withField(2, '9'.repeat(400)), 'field I2: expected a whole number of 32 bits or nothing'],
  ['no hex', withField(13 + 17, 'xyz'), 'line 3, field C17: expected at most 8 hex digits, found "xyz"'],
  [
    'nine hex digits',
    withField(39, '123456789'),
    'line 3, field C26: expected at most 8 hex digits, found "123456789"',
  ],
  ['a space', withField(14, ' 1'), 'line 3, field C1: expected at most 8 hex digits, found " 1"'],
])('refuses %s', async (_, line, message) => {
  const text = [good.join('\t'), good.join('\t'), line, good.join('\t'), ''].join('\n');
  await expect(preprocessText(text)).rejects.toThrow(`${join(folder, 'train.txt')}: line 3`);
  await expect(preprocessText(text)).rejects.toThrow(message);
});

it('refuses an empty file, an empty gzip file, and gzip data that is cut off', async () => {
  await expect(preprocessText('')).rejects.toThrow(
    'train.txt: expected at least one row, found an empty file',
  );
  await expect(preprocessText(gzipSync(''))).rejects.toThrow(
    'expected at least one row, found an empty file',
  );
  const cut = gzipSync(readFileSync(join(golden, 'criteo-rows/train.txt'))).subarray(0, 5000);
  await expect(preprocessText(cut)).rejects.toThrow(
    `cannot read ${join(folder, 'train.txt')}: unexpected end of file`,
  );
});

it('reads all members of a gzip file, and none after bytes that are not one', async () => {
  const text = readFileSync(join(golden, 'criteo-rows/train.txt'));
  const middle = text.indexOf('\n', text.length / 2) + 1;
  const members = [gzipSync(text.subarray(0, middle)), gzipSync(text.subarray(middle))] as const;
  const { rows } = await preprocessText(text);
  const padded = Buffer.concat([...members, Buffer.alloc(1 << 18)]);
  expect((await preprocessText(padded)).rows).toBe(rows);
  for (const between of [512, 1 << 18]) {
    const apart = Buffer.concat([members[0], Buffer.alloc(between), members[1]]);
    await expect(preprocessText(apart)).rejects.toThrow(
      `${join(folder, 'train.txt')}: expected the end of the gzip data or another member at byte ${members[0].length}, found other bytes`,
    );
  }
});

it('leaves nothing behind and earlier outputs as they were when it fails', async () => {
  const place = join(folder, 'failure');
  mkdirSync(place);
  writeFileSync(join(place, 'train.txt'), `${good.join('\t')}\n0\t1\n`);
  writeFileSync(join(place, 'train_day_count.npz'), 'earlier');
  const run = () =>
    preprocessCriteo({ rawDataFile: join(place, 'train.txt'), processedDataFile: join(place, 'out.npz') });
  await expect(run()).rejects.toThrow('line 2');
  expect(readdirSync(place).sort()).toEqual(['train.txt', 'train_day_count.npz']);
  writeFileSync(join(place, 'out.npz'), 'earlier');
  await expect(run()).rejects.toThrow('line 2');
  expect(readFileSync(join(place, 'out.npz'), 'utf8')).toBe('earlier');
  expect(readFileSync(join(place, 'train_day_count.npz'), 'utf8')).toBe('earlier');
});

it('writes no npz when the day counts cannot be written', async () => {
  const place = join(folder, 'blocked');
  mkdirSync(join(place, 'train_day_count.npz', 'x'), { recursive: true });
  copyFileSync(join(golden, '7-rows/train.txt'), join(place, 'train.txt'));
  await expect(
    preprocessCriteo({ rawDataFile: join(place, 'train.txt'), processedDataFile: join(place, 'out.npz') }),
  ).rejects.toThrow('train_day_count.npz');
  expect(existsSync(join(place, 'out.npz'))).toBe(false);
});

it('keeps the days of a processed file when its raw rows are processed again with other days', async () => {
  const place = join(folder, 'days');
  mkdirSync(place);
  const rawDataFile = join(place, 'train.txt');
  copyFileSync(join(golden, 'criteo-rows/train.txt'), rawDataFile);
  const testRows = async (processed: string) => {
    const dataset = await openCriteoDataset({ processedDataFile: processed, split: 'test' });
    await dataset.close();
    return dataset.length;
  };
  const [seven, two] = [join(place, 'seven.npz'), join(place, 'two.npz')];
  const { dayCounts } = await preprocessCriteo({ rawDataFile, processedDataFile: seven, threads: 1 });
  const before = await testRows(seven);
  expect(before).toBe(Math.ceil(dayCounts.at(-1)! / 2));
  const later = await preprocessCriteo({ rawDataFile, processedDataFile: two, days: 2, threads: 1 });
  expect(await testRows(two)).toBe(Math.ceil(later.dayCounts.at(-1)! / 2));
  expect(await testRows(seven)).toBe(before);
  expect(await testRows(two)).not.toBe(before);
});

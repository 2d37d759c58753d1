import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  dictionariesFileOf,
  openCriteoDataset,
  preprocessCriteo,
  readIdDictionaries,
  readNpz,
  writeNpz,
} from '@ds/criteo-data';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();
const golden = join(__dirname, '../golden/preprocessing');

async function preprocess(
  name: string,
  text: string,
  options: { dictionaries?: string; threads?: number } = {},
) {
  const rawDataFile = join(folder, `${name}.txt`);
  const processedDataFile = join(folder, `${name}.npz`);
  writeFileSync(rawDataFile, text);
  const result = await preprocessCriteo({ rawDataFile, processedDataFile, threads: 1, ...options });
  return { ...result, processedDataFile };
}

/** A row with these categories in C1 and C2, and always the same in the others. */
function row(c1: string, c2: string): string {
  return ['0', ...Array<string>(13).fill('1'), c1, c2, ...Array<string>(24).fill('0a')].join('\t');
}

const ofRows = (...rows: [c1: string, c2: string][]) => rows.map(([c1, c2]) => `${row(c1, c2)}\n`).join('');

it('have the category of every row under its id, as NumPy and data_utils.py number them', async () => {
  const text = readFileSync(join(golden, 'criteo-rows/train.txt'), 'utf8');
  const { dictionariesFile, idsFingerprint, processedDataFile } = await preprocess('golden', text);
  expect(dictionariesFile).toBe(join(folder, 'golden_dictionaries.npz'));
  const { values, fingerprint } = await readIdDictionaries(dictionariesFile!);
  expect(fingerprint).toBe(idsFingerprint);

  // The ids are those that data_utils.py gave.
  const { X_cat: ids, counts } = await readNpz(join(golden, 'criteo-rows/processed.npz'));
  expect(values.map(({ length }) => length)).toEqual([...(counts!.data as Int32Array)]);
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .forEach((line, place) => {
      const categories = line.split('\t').slice(14);
      const found = categories.map((_, column) => values[column]![Number(ids!.data[26 * place + column])]!);
      expect(found).toEqual(categories.map((hex) => Number.parseInt(hex || '0', 16) | 0));
    });

  const hash = createHash('sha256');
  for (const column of values) hash.update(Int32Array.of(column.length)).update(column);
  expect(fingerprint).toBe(hash.digest('hex'));
  const dataset = await openCriteoDataset({ processedDataFile, split: 'test' });
  expect(dataset.idsFingerprint).toBe(fingerprint);
  await dataset.close();
  const theirs = await openCriteoDataset({
    processedDataFile: join(golden, 'criteo-rows/processed.npz'),
    split: 'test',
  });
  expect(theirs.idsFingerprint).toBeUndefined();
  await theirs.close();
});

it('differ in their fingerprint when one category or one place does', async () => {
  const texts = [
    ofRows(['1', '2'], ['3', '4']),
    ofRows(['3', '2'], ['1', '4']),
    ofRows(['1', '2'], ['3', '5']),
    ofRows(['1', '2'], ['3', '2']),
  ];
  const fingerprints = [];
  for (const text of texts) fingerprints.push((await preprocess('differ', text)).idsFingerprint);
  expect(new Set(fingerprints).size).toBe(4);
  // What does not change the ids does not change it.
  const again = await preprocess('again', texts[0]! + ofRows(['3', '4'], ['1', '2']));
  expect(again.idsFingerprint).toBe(fingerprints[0]);
});

it('give later rows their ids, and unknown categories the id of a missing one', async () => {
  const first = await preprocess('first', ofRows(['a', '1'], ['', '2'], ['b', '3']));
  const later = await preprocess('later', ofRows(['b', '3'], ['c', '4'], ['d', '1'], ['', '']), {
    dictionaries: first.dictionariesFile!,
  });
  const { X_cat: ids, counts } = await readNpz(later.processedDataFile);
  const columnOf = (column: number) => [0, 1, 2, 3].map((place) => ids!.data[26 * place + column]);
  // C1: a is 0, missing 1, b 2. C2 had no missing category: unknown ones are 0.
  expect(columnOf(0)).toEqual([2, 1, 1, 1]);
  expect(columnOf(1)).toEqual([2, 0, 0, 0]);
  expect([...(counts!.data as Int32Array)].slice(0, 3)).toEqual([3, 3, 1]);
  expect(later.counts).toEqual(first.counts);
  expect([...later.unknownRows!].slice(0, 3)).toEqual([2, 2, 0]);
  expect(later.idsFingerprint).toBe(first.idsFingerprint);
  expect(later.dictionariesFile).toBeUndefined();
  expect(existsSync(dictionariesFileOf(later.processedDataFile))).toBe(false);
});

it('give the same ids again to the rows that they were made of', async () => {
  const category = fc.constantFrom('', '0', '00000000', 'ffffffff', '80000000', 'A', 'a', '1b');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(category, category), { minLength: 1, maxLength: 30 }),
      async (rows) => {
        const text = ofRows(...rows);
        const first = await preprocess('own', text);
        const again = await preprocess('own-again', text, { dictionaries: first.dictionariesFile! });
        expect(readFileSync(again.processedDataFile)).toEqual(readFileSync(first.processedDataFile));
        expect(again.unknownRows!.every((count) => count === 0)).toBe(true);
      },
    ),
    { numRuns: 25 },
  );
});

it('are not written next to what is no file', async () => {
  const rawDataFile = join(folder, 'device.txt');
  writeFileSync(rawDataFile, ofRows(['1', '2']));
  const { dictionariesFile } = await preprocessCriteo({ rawDataFile, processedDataFile: '/dev/null' });
  expect(dictionariesFile).toBeUndefined();
  expect(existsSync('/dev/null_dictionaries.npz')).toBe(false);
});

it('that cannot be written leave no npz behind', async () => {
  const place = join(folder, 'blocked');
  mkdirSync(join(place, 'out_dictionaries.npz', 'x'), { recursive: true });
  writeFileSync(join(place, 'train.txt'), ofRows(['1', '2']));
  const files = { rawDataFile: join(place, 'train.txt'), processedDataFile: join(place, 'out.npz') };
  await expect(preprocessCriteo(files)).rejects.toThrow('out_dictionaries.npz: it is a folder');
  expect(existsSync(join(place, 'out.npz'))).toBe(false);
});

describe('are refused by the name of the file and the array', () => {
  const path = join(folder, 'bad_dictionaries.npz');
  const all = Object.fromEntries(
    Array.from({ length: 26 }, (_, column) => [`C${column + 1}`, { data: Int32Array.of(10) }]),
  );

  it.each([
    [
      'that is missing',
      { C7: undefined },
      '"C7": expected the categories of a column as int32 (n), found none',
    ],
    ['of another type', { C2: { data: Float64Array.of(1) } }, '"C2": expected the categories of a column'],
    ['that is empty', { C3: { data: new Int32Array() } }, '"C3": expected distinct categories, found none'],
    [
      'with a category twice',
      { C4: { data: Int32Array.of(5, 6, 5) } },
      '"C4": expected distinct categories, found 5 twice',
    ],
  ])('%s', async (_, change, message) => {
    const arrays = Object.fromEntries(Object.entries({ ...all, ...change }).filter(([, array]) => array));
    await writeNpz(path, arrays as Parameters<typeof writeNpz>[1]);
    await expect(preprocess('refused', ofRows(['1', '2']), { dictionaries: path })).rejects.toThrow(
      `${path}: array ${message}`,
    );
  });
});

describe('a file of rows without labels', () => {
  it('is opened whole, with labels that are no numbers, and has no split', async () => {
    const labelled = join(golden, 'criteo-rows/processed.npz');
    const arrays = await readNpz(labelled);
    delete arrays['y'];
    const unlabelled = join(folder, 'unlabelled.npz');
    await writeNpz(unlabelled, arrays);
    for (const maxMemory of [undefined, 0]) {
      const [ours, whole] = await Promise.all(
        [unlabelled, labelled].map((processedDataFile) =>
          openCriteoDataset({ processedDataFile, split: 'all', maxMemory }),
        ),
      );
      expect([ours!.isLabelled, whole!.isLabelled]).toEqual([false, true]);
      expect(ours!.length).toBe(whole!.length);
      for await (const batch of ours!.batches({ batchSize: ours!.length })) {
        for await (const theirs of whole!.batches({ batchSize: whole!.length })) {
          expect({ ...batch, labels: [] }).toEqual({ ...theirs, labels: [] });
          expect(batch.labels.every(Number.isNaN)).toBe(true);
          expect(theirs.labels.every((label) => label === 0 || label === 1)).toBe(true);
        }
      }
      await Promise.all([ours!.close(), whole!.close()]);
    }
    await expect(openCriteoDataset({ processedDataFile: unlabelled, split: 'test' })).rejects.toThrow(
      `${unlabelled}: array "y": missing; rows without labels have no test split, they can only be predicted`,
    );
  });
});

import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { measureModels, type Measure } from '../../src/index.js';

const root = temporaryFolder();
const words = ['a', 'bb', 'ccc', 'dddd'];

interface Word {
  word: string;
}
interface Length {
  length?: number;
}

/** Measures the lengths of the words, and says which and what else it told. */
async function run(
  folder: string,
  {
    failsAt,
    without,
    add = 0,
    id = 'lengths',
    column = 'length',
    ...options
  }: {
    /** The word whose measurement fails. Default: none. */
    failsAt?: string;
    /** A word that has no length. */
    without?: string;
    /** The setting of the measure. */
    add?: number;
    id?: string;
    column?: string;
    fresh?: boolean;
    inputs?: string[];
    filesOf?: (model: Word) => string[];
  } = {},
) {
  const measured: string[] = [];
  const resumed: string[] = [];
  const progress: number[] = [];
  const measure: Measure<number, Length, 'once' | 'twice', Word> = {
    id,
    columns: [{ name: column, cell: ({ length }) => length ?? '' }],
    variants: ['once', 'twice'],
    async *rows(models, more) {
      for (const { model, variant } of models) {
        if (model.word === failsAt) throw new Error(`no length of ${failsAt}`);
        measured.push(`${model.word} ${variant}`);
        const times = variant === 'twice' ? 2 : 1;
        yield model.word === without ? {} : { length: more + times * model.word.length };
      }
    },
  };
  const output = join(folder, 'lengths.csv');
  const made = await measureModels({
    ...options,
    ...{ measure, settings: add, models: words.map((word) => ({ word })), output },
    nameOf: ({ word }) => ({ word }),
    columns: [{ name: 'word', cell: ({ word }) => word }, ...measure.columns],
    onResumed: (finished, total) => resumed.push(`${finished} of ${total}`),
    onProgress: (done) => progress.push(done),
  }).catch((error: Error) => error.message);
  return { made, measured, resumed, progress, output };
}

const folderOf = () => mkdtemp(join(root, 'run-'));

test('a run that was interrupted is continued, and its rows are in the usual order', async () => {
  const folder = await folderOf();
  const first = await run(folder, { failsAt: 'ccc' });
  expect(first).toMatchObject({ made: 'no length of ccc', measured: ['a once', 'bb once'], resumed: [] });
  expect(await readdir(folder)).not.toContain('lengths.csv');

  const { made, measured, resumed, progress, output } = await run(folder);
  expect(measured).toEqual(['ccc once', 'dddd once', 'a twice', 'bb twice', 'ccc twice', 'dddd twice']);
  expect(resumed).toEqual(['2 of 8']);
  expect(progress).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(made).toEqual(
    [1, 2].flatMap((times) => words.map((word) => ({ word, length: times * word.length }))),
  );
  expect(await readFile(output, 'utf8')).toBe(
    'word,length\na,1\nbb,2\nccc,3\ndddd,4\na,2\nbb,4\nccc,6\ndddd,8\n',
  );
  // A run that is complete leaves nothing to continue.
  expect(await readdir(folder)).toEqual(['lengths.csv']);
  expect((await run(folder)).measured).toHaveLength(8);
});

test.each([
  ['other settings', { add: 10 }],
  ['another measure', { id: 'widths' }],
  ['another column', { column: 'letters' }],
  ['the rows of an earlier run discarded', { fresh: true }],
])('a run with %s starts from the beginning', async (_, other) => {
  const folder = await folderOf();
  await run(folder, { failsAt: 'ccc' });
  const { measured, resumed, progress } = await run(folder, other);
  expect(measured).toHaveLength(8);
  expect(resumed).toEqual([]);
  expect(progress[0]).toBe(0);
});

test.each(['input', 'bb'])('so does a run after the file "%s" changed', async (changed) => {
  const folder = await folderOf();
  for (const name of ['input', ...words]) await writeFile(join(folder, name), 'before');
  const files = {
    inputs: [join(folder, 'input')],
    filesOf: ({ word }: Word) => [join(folder, word)],
  };
  await run(folder, { ...files, failsAt: 'ccc' });
  expect((await run(folder, { ...files, failsAt: 'dddd' })).measured).toEqual(['ccc once']);
  await writeFile(join(folder, changed), 'after!');
  expect((await run(folder, files)).measured).toHaveLength(8);
});

test('a model that cannot be measured is tried again, and has a row without values', async () => {
  const folder = await folderOf();
  const first = await run(folder, { without: 'bb', failsAt: 'ccc' });
  expect(first.measured).toEqual(['a once', 'bb once']);
  const { made, measured } = await run(folder, { without: 'bb' });
  expect(measured[0]).toBe('bb once');
  expect(measured).toHaveLength(7);
  expect(made).toContainEqual({ word: 'bb' });
});

test('a run whose rows are all there writes them without measuring', async () => {
  const folder = await folderOf();
  // Killed after its last row: the journal is there, and the output is not.
  await run(folder, { failsAt: 'dddd' });
  const [journal] = await readdir(folder);
  const lines = (await readFile(join(folder, journal!), 'utf8')).trim().split('\n');
  const rest = [3, 4, 5, 6, 7].map((place) => JSON.stringify([`${place}`, { length: 100 + place }]));
  await writeFile(join(folder, journal!), [...lines, ...rest, ''].join('\n'));
  const { made, measured, resumed, progress } = await run(folder);
  expect([measured, resumed, progress]).toEqual([[], ['8 of 8'], [8]]);
  expect(made).toContainEqual({ word: 'dddd', length: 107 });
});

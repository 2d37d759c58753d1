import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { dayOf, rawPaths } from '../../src/raw/raw-paths.js';

const folder = temporaryFolder();
let places = 0;
function placeWith(...names: string[]) {
  const place = join(folder, `${places++}`);
  mkdirSync(place);
  for (const name of names) writeFileSync(join(place, name), '');
  return (name: string) => join(place, name);
}

it('takes files as they are named', async () => {
  const at = placeWith('b', 'a', 'x[1].txt');
  expect(await rawPaths([at('b'), at('a')])).toEqual([at('b'), at('a')]);
  expect(await rawPaths(at('x[1].txt'))).toEqual([at('x[1].txt')]);
  expect(await rawPaths(at('none'))).toEqual([at('none')]);
  expect(await rawPaths('-')).toEqual(['-']);
});

it('takes the files of a pattern in the order of their numbers, without what was made of them', async () => {
  const at = placeWith('day_10.gz', 'day_2.gz', 'day_1.gz', 'other.gz', 'day_day_count.npz', 'day_1.npz');
  expect(await rawPaths(at('day_*'))).toEqual(['day_1.gz', 'day_2.gz', 'day_10.gz'].map(at));
});

it("takes the days of a stem, as the original's --raw-data-file names them", async () => {
  const at = placeWith('day_0.gz', 'day_1.gz', 'day_10.gz', 'day_0.npz', 'day_0_reordered.npz', 'today_1');
  expect(await rawPaths(at('day'))).toEqual(['day_0.gz', 'day_1.gz', 'day_10.gz'].map(at));
});

it('refuses a pattern of no file, a file twice, two files of a day, and standard input next to files', async () => {
  const at = placeWith('day_0', 'day_0.gz', 'day_1');
  await expect(rawPaths(at('rows_*'))).rejects.toThrow(`${at('rows_*')}: no file matches`);
  await expect(rawPaths([at('day_0'), at('day_*')])).rejects.toThrow(`${at('day_0')}: named twice`);
  symlinkSync(at('day_1'), at('link'));
  for (const same of [at('day_1').replace('day_1', './day_1'), at('link')]) {
    await expect(rawPaths([at('day_1'), same])).rejects.toThrow(`${same}: named twice`);
  }
  await expect(rawPaths(at('day'))).rejects.toThrow('expected one file a day, found ');
  await expect(rawPaths(['-', at('day_0')])).rejects.toThrow('standard input (-) cannot be read together');
  await expect(rawPaths([])).rejects.toThrow('expected a file of raw rows, found none');
});

it.each([
  ['in/day_3.gz', { stem: join('in', 'day'), day: 3 }],
  ['day_12', { stem: 'day', day: 12 }],
  ['a.b_1.tsv.gz', { stem: 'a.b', day: 1 }],
  ['day_3_processed.npz', undefined],
  ['train.txt', undefined],
])('reads the day of %s', (path, day) => expect(dayOf(path)).toEqual(day));

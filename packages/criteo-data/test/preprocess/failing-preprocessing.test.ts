import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preprocessCriteo } from '@ds/criteo-data';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();
let isFull = false;
jest.mock('../../src/preprocess/write-processed-file.js', () => {
  const actual = jest.requireActual('../../src/preprocess/write-processed-file.js');
  return {
    ...actual,
    writeProcessedFile: (...parameters: unknown[]) => {
      if (isFull) throw Object.assign(new Error('write'), { code: 'ENOSPC', syscall: 'write' });
      return actual.writeProcessedFile(...parameters);
    },
  };
});

it('keeps all files of the earlier run if the new rows cannot be written', async () => {
  const rawDataFile = join(folder, 'train.txt');
  const processedDataFile = join(folder, 'x.npz');
  const row = (category: string) => `1${'\t5'.repeat(13)}${`\t${category}`.repeat(26)}\n`;
  const outputs = ['train_day_count.npz', 'x.npz', 'x_dictionaries.npz'];
  const contents = () => outputs.map((name) => readFileSync(join(folder, name)));

  writeFileSync(rawDataFile, row('68fd1e64'));
  await preprocessCriteo({ rawDataFile, processedDataFile, threads: 1 });
  const earlier = contents();
  writeFileSync(rawDataFile, row('05db9164') + row('8cf07265'));
  isFull = true;
  await expect(preprocessCriteo({ rawDataFile, processedDataFile, threads: 1 })).rejects.toThrow(
    `cannot write ${processedDataFile}: no space left on the device`,
  );
  expect(contents()).toEqual(earlier);
  expect(readdirSync(folder).sort()).toEqual(['train.txt', ...outputs]);

  isFull = false;
  await preprocessCriteo({ rawDataFile, processedDataFile, threads: 1 });
  expect(contents().map((bytes, i) => bytes.equals(earlier[i]!))).toEqual([false, false, false]);
});

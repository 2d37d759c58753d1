import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTogether } from '@ds/files';
import { temporaryFolder } from '@ds/test-support';

const folder = temporaryFolder();
const [one, two] = [join(folder, 'one'), join(folder, 'two')];

beforeEach(() => {
  writeFileSync(one, 'earlier one');
  writeFileSync(two, 'earlier two');
});

const contents = () => [one, two].map((path) => readFileSync(path, 'utf8'));

it('replaces no file until all are complete', async () => {
  const result = await writeTogether(async (add) => {
    await add(one, async (file) => {
      await add(two, (other) => other.write('later two'));
      await file.write('later one');
    });
    expect(contents()).toEqual(['earlier one', 'earlier two']);
    return 'result';
  });
  expect(result).toBe('result');
  expect(contents()).toEqual(['later one', 'later two']);
});

it('leaves all files as they were if one of them fails, and names it', async () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC', syscall: 'write' });
  const failing = writeTogether(async (add) => {
    await add(one, (file) => file.write('later one'));
    await add(two, async () => {
      throw full;
    });
  });
  await expect(failing).rejects.toThrow(`cannot write ${two}: no space left on the device`);
  expect(contents()).toEqual(['earlier one', 'earlier two']);
  expect(readdirSync(folder).sort()).toEqual(['one', 'two']);
});

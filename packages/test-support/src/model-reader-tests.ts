import { copyFile, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpz, writeNpz } from '@ds/tensor-files/npz';
import { parse } from 'csv-parse/sync';
import { expectError, originalData, type BenchCommand, type DumpedModels } from './bench-command.js';

/** Tests of bad input for every command that runs the models of bench-disk on processed rows. */
export function modelReaderTests({ run, models }: { run: BenchCommand; models: DumpedModels }): void {
  const fails = (message: string | RegExp, ...extra: string[]) =>
    expectError(run([...models.args, '--quiet', ...extra]), message, models);

  test('missing metadata, an earlier output untouched', async () => {
    await fails('cannot read /nowhere/m.csv: no such file', '--sparse-model-metadata', '/nowhere/m.csv');
    const earlier = join(models.folder, 'earlier.csv');
    await writeFile(earlier, 'earlier');
    await fails('/nowhere/m.csv', '--sparse-model-metadata', '/nowhere/m.csv', '--output', earlier);
    expect(await readFile(earlier, 'utf8')).toBe('earlier');
  });

  test('metadata with wrong columns', async () => {
    await writeFile(models.metadata, 'norm,path\nL1,m.zip\n');
    await fails('metadata.csv: expected the columns norm, sparse_block_shape');
  });

  test('missing and truncated data', async () => {
    await fails('/nowhere/d.npz', '--processed-data-file', '/nowhere/d.npz');
    const broken = join(models.folder, 'broken.npz');
    await writeFile(broken, (await readFile(originalData)).subarray(0, 50_000));
    await fails('broken.npz', '--processed-data-file', broken);
  });

  test('a truncated and a missing model', async () => {
    const text = await readFile(models.metadata, 'utf8');
    await writeFile(models.metadata, text.replaceAll('sl=0.0.zip', 'sl=0.3.zip'));
    await fails(/cannot read [^\n]*sl=0\.3\.zip: no such file/);
    await writeFile(models.metadata, text);
    const [, second] = parse<{ path: string }>(text, { columns: true });
    await truncate(second!.path, 50_000);
    await fails(/sl=0\.9\.zip: expected \d+ bytes, [^\n]* found 50000/);
    // Without the sizes, as in the original's CSV.
    await writeFile(models.metadata, text.replaceAll(/(\.zip),\d+,/g, '$1,,'));
    await fails('sl=0.9.zip');
  });

  test('a model whose tables do not fit the data', async () => {
    const arrays = await readNpz(originalData);
    arrays['counts']!.data[4] = 32;
    const other = join(models.folder, 'other.npz');
    await writeNpz(other, arrays);
    await fails(/sl=0\.0\.zip[^\n]*emb_l\.4[^\n]*32[^\n]*31/, '--processed-data-file', other);
  });

  test('an output that cannot be written fails before the work', () =>
    fails(/cannot write [^\n]*inside\.csv/, '--output', join(models.metadata, 'inside.csv')));

  test('an output that is an input is refused, and the input stays', async () => {
    const data = join(models.folder, 'data.npz');
    await copyFile(originalData, data);
    const link = join(models.folder, 'link.csv');
    await symlink(models.metadata, link);
    const text = await readFile(models.metadata, 'utf8');
    const [{ path }] = parse<{ path: string }>(text, { columns: true }) as [{ path: string }];
    for (const output of [models.metadata, link, data, path]) {
      const { stderr, status } = run([...models.args, '--processed-data-file', data, '--output', output]);
      expect(stderr).toContain(`error: cannot write ${output}: it is also an input, and would be lost`);
      expect(status).toBe(1);
    }
    expect(await readFile(models.metadata, 'utf8')).toBe(text);
    expect(await readFile(data)).toEqual(await readFile(originalData));
  });

  test('wrong usage is exit code 2', () => {
    expect(run([]).status).toBe(2);
    for (const wrong of [['--engine', 'abacus'], ['--batch-size', '0'], ['--fast']]) {
      expect(run([...models.args, ...wrong]).status).toBe(2);
    }
  });
}

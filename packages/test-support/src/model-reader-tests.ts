import { copyFile, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readNpz, writeNpz } from '@ds/tensor-files/npz';
import { parse } from 'csv-parse/sync';
import { loadCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import {
  benchCommand,
  expectError,
  originalData,
  originalModel,
  writeDataWithIds,
  type BenchCommand,
  type DumpedModels,
} from './bench-command.js';

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

  test('data without test rows', async () => {
    const rows = (await readNpz(originalData))['y']!.data.length;
    const days = join(models.folder, 'days.npz');
    await writeNpz(days, { total_per_file: { data: BigInt64Array.of(BigInt(rows), 0n), shape: [2] } });
    await fails(`error: ${originalData}: expected rows in the test split, found none`, '--day-counts', days);
  });

  test('a truncated and a missing model', async () => {
    const text = await readFile(models.metadata, 'utf8');
    await writeFile(models.metadata, text.replaceAll('sl=0.0.zip', 'sl=0.3.zip'));
    await fails(/cannot read [^\n]*sl=0\.3\.zip: no such file/);
    await writeFile(models.metadata, text);
    const [, second] = parse<{ path: string }>(text, { columns: true });
    await truncate(join(models.folder, second!.path), 50_000);
    await fails(/sl=0\.9\.zip: expected \d+ bytes, [^\n]* found 50000/);
    // Without the sizes, as in the original's CSV.
    await writeFile(models.metadata, text.replaceAll(/(\.zip"?),\d+,/g, '$1,,'));
    await fails('sl=0.9.zip');
  });

  test('a model whose tables do not fit the data', async () => {
    const arrays = await readNpz(originalData);
    arrays['counts']!.data[4] = 32;
    const other = join(models.folder, 'other.npz');
    await writeNpz(other, arrays);
    await fails(/sl=0\.0\.zip[^\n]*emb_l\.4[^\n]*32[^\n]*31/, '--processed-data-file', other);
  });

  test('models for other ids than those of the data are refused, and what is not checked is told once', async () => {
    const model = join(models.folder, 'with-ids.ckpt');
    await saveCheckpoint(model, await loadCheckpoint(originalModel), { metadata: { ids_sha256: 'a1b2' } });
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', model, '--sparsified-model-dump-path', join(models.folder, 'with-ids')],
      ...['--output', models.metadata, '--sparsity-levels', '0,0.9', '--norms', 'L1', '--format', 'both'],
      ...['--sparse-block-shapes', '1x4'],
    ]);
    expect(status).toBe(0);
    const data = join(models.folder, 'with-ids.npz');
    await writeDataWithIds(data, 'c3d4');
    const other =
      /sl=0\.0\.zip: its tables are for other ids than those of [^\n]*with-ids\.npz: [^\n]*a1b2[^\n]*c3d4/;
    await fails(other, '--processed-data-file', data);
    await writeDataWithIds(data, 'a1b2');
    const notesOf = (...args: string[]) => {
      const ended = run([...models.args, ...args]);
      expect(ended.status).toBe(0);
      return ended.stderr.match(/^ids .*$/gm);
    };
    expect(notesOf('--processed-data-file', data)).toBeNull();
    expect(notesOf()).toEqual([`ids not checked: ${originalData} does not say which they are`]);
  });

  test('a file of another model, left over from an earlier run or moved, is refused before the work', async () => {
    const text = await readFile(models.metadata, 'utf8');
    const rows = parse<{ path: string }>(text, { columns: true });
    // Without the sizes, as in the original's CSV.
    await writeFile(models.metadata, text.replaceAll(/(\.zip"?),\d+,/g, '$1,,'));
    const paths = rows.map(({ path }) => join(models.folder, path));
    const earlier = await readFile(paths[1]!);
    await copyFile(paths[0]!, paths[1]!);
    await fails(
      /sl=0\.9\.zip: expected sparsity_level 0\.9, as [^\n]* says, found 0\.0: the file is of another run/,
    );
    await writeFile(paths[1]!, earlier);

    const model = join(models.folder, 'changed.ckpt');
    const state = await loadCheckpoint(originalModel);
    state['bot_l.0.bias']!.data[0]! += 1e-3;
    await saveCheckpoint(model, state);
    const dumpChanged = (levels: string) => {
      const { status } = benchCommand('bench-disk')([
        ...['--model-path', model, '--sparsified-model-dump-path', join(models.folder, 'dump')],
        ...['--output', join(models.folder, 'other.csv'), '--sparsity-levels', levels, '--norms', 'L1'],
      ]);
      expect(status).toBe(0);
    };
    const otherModel = 'found the model [0-9a-f]{12}\\.\\.\\.: the file is of another run';
    const madeOf = (level: string, as: string) =>
      new RegExp(
        `sl=${level}\\.zip: expected a model made of the model [0-9a-f]{12}\\.\\.\\., as [^\\n]*${as}, ${otherModel}`,
      );
    dumpChanged('0.9');
    await fails(madeOf('0\\.9', 'metadata\\.csv'));
    // All files are of the other run, as if it ended just before it wrote its CSV.
    dumpChanged('0');
    await fails(madeOf('0\\.0', 'metadata\\.csv'));
    dumpChanged('0.9');
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', originalModel, '--sparsified-model-dump-path', join(models.folder, 'dump')],
      ...['--output', join(models.folder, 'other.csv'), '--sparsity-levels', '0', '--norms', 'L1'],
    ]);
    expect(status).toBe(0);
    // A CSV that does not name its model, as the original's: then the files must agree.
    const stripped = (await readFile(models.metadata, 'utf8')).replaceAll(/,[0-9a-f]{64}$/gm, ',');
    await writeFile(models.metadata, stripped);
    await fails(madeOf('0\\.9', 'sl=0\\.0\\.zip'));
  });

  test('models that bench-disk did not keep are made again from --model-path', async () => {
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', originalModel, '--keep-models', 'none', '--output', models.metadata],
      ...['--sparsity-levels', '0,0.9', '--norms', 'L1', '--sparse-block-shapes', '1x1'],
    ]);
    expect(status).toBe(0);
    await fails(
      'metadata.csv: L1, blocks (1, 1), level 0: expected the path of a file, found a model that bench-disk did not keep',
    );
    const kept = await readdir(models.folder);
    const ended = run([...models.args, '--model-path', originalModel, '--quiet']);
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect((await readdir(models.folder)).sort()).toEqual([...kept, basename(models.output)].sort());
  });

  test('models with files are not made again', () =>
    fails('expected models without files, to be made again', '--model-path', originalModel));

  test('an output that cannot be written fails before the work', () =>
    fails(/cannot write [^\n]*inside\.csv/, '--output', join(models.metadata, 'inside.csv')));

  test('an output that is an input is refused, and the input stays', async () => {
    const data = join(models.folder, 'data.npz');
    await copyFile(originalData, data);
    const link = join(models.folder, 'link.csv');
    await symlink(models.metadata, link);
    const text = await readFile(models.metadata, 'utf8');
    const [{ path }] = parse<{ path: string }>(text, { columns: true }) as [{ path: string }];
    for (const output of [models.metadata, link, data, join(models.folder, path)]) {
      const { stderr, status } = run([...models.args, '--processed-data-file', data, '--output', output]);
      expect(stderr).toContain(`error: cannot write ${output}: it is also an input, and would be lost`);
      expect(status).toBe(1);
    }
    expect(await readFile(models.metadata, 'utf8')).toBe(text);
    expect(await readFile(data)).toEqual(await readFile(originalData));
  });

  test('--json prints the rows as one JSON document, with the progress on stderr', async () => {
    const { status, stdout, stderr } = run([...models.args, '--json']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('(100%)')]);
    const found = JSON.parse(stdout) as { output: string; rows: object[] };
    expect(found.output).toBe(models.output);
    const written = parse<object>(await readFile(models.output), { columns: true });
    expect(found.rows).toHaveLength(written.length);
    expect(found.rows[0]).toMatchObject({ norm: 'L1', sparseBlockShape: [1, 1], sparsityLevel: 0 });
  });

  test('wrong usage is exit code 2', () => {
    expect(run([]).status).toBe(2);
    for (const wrong of [['--engine', 'abacus'], ['--batch-size', '0'], ['--fast'], ['--seed', '3']]) {
      expect(run([...models.args, ...wrong]).status).toBe(2);
    }
  });
}

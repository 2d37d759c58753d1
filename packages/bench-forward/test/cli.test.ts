import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-models';
import {
  benchCommand,
  builtFile,
  dumpedModels,
  expectError,
  killOnceJournalled,
  modelReaderTests,
  originalModel,
  originalRun,
} from '@ds/test-support';
import packageJson from '../package.json';

const run = benchCommand('bench-forward');

describe('bench-forward', () => {
  const models = dumpedModels({ output: 'times.csv', args: ['--runs', '3'] });

  const rowsOf = async (path: string) => (await readFile(path, 'utf8')).trim().split('\n');
  const withoutTime = (row: string) =>
    row.replace(/,[\d.e-]+,(with|sparse)/, ',TIME,$1').replace(/(,[\d.e-]+){3}$/, ',QUARTILES');

  test('goes on where a killed run stopped, and keeps what that measured', async () => {
    // Each model is a group of its own.
    const args = [...models.args, '--model-bytes', '1'];
    await killOnceJournalled([builtFile(join(__dirname, '../dist/cli.js')), ...args], models.output);
    const journal = join(models.folder, `.${basename(models.output)}.journal`);
    const [, first] = (await readFile(journal, 'utf8')).split('\n');
    const [, measured] = JSON.parse(first!) as [string, Record<string, number>];
    const { stderr, status } = run(models.args);
    // How much memory there is may change: the rows count all the same.
    expect(stderr).toMatch(/^resuming after \d+ of 12 timed models; --fresh starts over$/m);
    expect(status).toBe(0);
    const [, row, ...others] = (await readFile(models.output, 'utf8')).trim().split('\n');
    expect(row).toContain(`,${measured['timeTaken']},`);
    expect(others).toHaveLength(11);
    expect((await readdir(models.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test("takes the original's flags; sparse rows first, then the dense ones", async () => {
    const raw = join(originalRun, 'train.txt');
    const result = run([
      '--raw_data_file',
      raw,
      ...models.args.map((argument) =>
        argument.replace(/^--sparse-model-metadata$/, '--sparse_model_metadata'),
      ),
    ]);
    expect(result.stderr.match(/^engine .*/gm)).toEqual([
      expect.stringMatching(/^engine \w+:\S+ \(.+\): \S/),
    ]);
    expect(result.stderr).toMatch(/timed models: 0\/12 \(0%\)\n[^]*timed models: 12\/12 \(100%\)\n$/);
    expect(result.stdout).toBe(`12 forward times of a batch of 201 rows: ${models.output}\n`);
    expect(result.status).toBe(0);
    const [heading, ...rows] = await rowsOf(models.output);
    expect(heading).toBe(
      'norm,sparse_block_shape,sparsity_level,time_taken,dlrm_type,batch_size,runs,' +
        'median_time,lower_quartile_time,upper_quartile_time',
    );
    expect(rows.map(withoutTime)).toEqual(
      ['with_torch_sparse', 'without_torch_sparse', 'sparse_tables'].flatMap((type) =>
        ['(1, 1)', '(1, 4)'].flatMap((shape) =>
          ['0.0', '0.9'].map((level) => `L1,"${shape}",${level},TIME,${type},201,3,QUARTILES`),
        ),
      ),
    );
    for (const row of rows) {
      const [, , , , mean, , , , median, lower, upper] = row.split(',').map(Number);
      expect(lower).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(lower!);
      expect(upper).toBeGreaterThanOrEqual(median!);
      expect(mean).toBeLessThanOrEqual(upper!);
    }
  });

  test('times the unpruned model once for all its rows, and the others each', async () => {
    for (const memory of [[], ['--model-bytes', '1']]) {
      const { status, stderr } = run([...models.args, ...memory]);
      expect(status).toBe(0);
      const note = 'timed in groups: 1 of the 7 models to load fit into memory together';
      expect(stderr.match(/^timed in groups.*$/gm)).toEqual(memory.length > 0 ? [note] : null);
      const [, ...rows] = await rowsOf(models.output);
      const timesOf = (level: string, type: string) =>
        rows
          .filter((row) => row.includes(`,${level},`) && row.includes(`,${type},`))
          .map((row) => row.split(',')[4]);
      for (const type of ['with_torch_sparse', 'without_torch_sparse', 'sparse_tables']) {
        // Sparse tables of other blocks are others even without pruning.
        expect(new Set(timesOf('0.0', type)).size).toBe(type === 'sparse_tables' ? 2 : 1);
        expect(new Set(timesOf('0.9', type)).size).toBe(2);
      }
    }
  });

  test('times only the levels that are asked for, with a smaller batch', async () => {
    const result = run([...models.args, '--quiet', '--sparsity-levels', '0.9', '--batch-size', '7']);
    expect(result).toMatchObject({ stderr: '', status: 0 });
    const [, ...rows] = await rowsOf(models.output);
    expect(rows).toHaveLength(6);
    expect(rows.every((row) => row.includes(',0.9,') && /,7,3(,[\d.e-]+){3}$/.test(row))).toBe(true);
  });

  test('times only the passes that are asked for', async () => {
    const types = 'sparse_tables,with_torch_sparse';
    expect(run([...models.args, '--quiet', '--sparsity-levels', '0', '--types', types]).status).toBe(0);
    const [, ...rows] = await rowsOf(models.output);
    expect(rows.map((row) => row.split(',')[5])).toEqual([
      ...['with_torch_sparse', 'with_torch_sparse', 'sparse_tables', 'sparse_tables'],
    ]);
  });

  test('times sparse checkpoints, as files of their own or next to the dense ones', async () => {
    for (const format of ['sparse', 'both']) {
      const { status } = benchCommand('bench-disk')([
        ...['--model-path', originalModel, '--output', models.metadata],
        ...['--sparsified-model-dump-path', join(models.folder, format), '--format', format],
        ...['--sparsity-levels', '0.9', '--norms', 'L1'],
      ]);
      expect(status).toBe(0);
      expect(run([...models.args, '--quiet'])).toMatchObject({ stderr: '', status: 0 });
      expect(await rowsOf(models.output)).toHaveLength(1 + 6);
    }
    // Sparse tables are read from the sparse file, the others from the dense one.
    const [first] = await readSparseModelMetadata(models.metadata);
    await truncate(first!.sparsePath!, 1000);
    expect(run([...models.args, '--quiet', '--types', 'without_torch_sparse']).status).toBe(0);
    await rm(models.output);
    await expectError(
      run([...models.args, '--quiet', '--types', 'sparse_tables']),
      /sl=0\.9\.sparse\.zip/,
      models,
    );
  });

  const partOutput = (part: number) => models.output.replace(/\.csv$/, `.${part}-of-3.csv`);

  test('the parts of a sharded run have the rows of the whole', async () => {
    expect(run([...models.args, '--quiet']).status).toBe(0);
    const [heading, ...whole] = (await rowsOf(models.output)).map(withoutTime);
    const parts: string[] = [];
    for (const part of [1, 2, 3]) {
      expect(run([...models.args, '--quiet', '--shard', `${part}/3`]).status).toBe(0);
      const [partHeading, ...rows] = (await rowsOf(partOutput(part))).map(withoutTime);
      expect(partHeading).toBe(heading);
      parts.push(...rows);
    }
    expect(parts).toEqual(whole);
  });

  test('a part may be empty', async () => {
    const two = ['--quiet', '--sparsity-levels', '0', '--types', 'sparse_tables'];
    expect(run([...models.args, ...two, '--shard', '1/3'])).toMatchObject({
      status: 0,
      stdout: `0 forward times: ${partOutput(1)}\n`,
    });
    expect(await rowsOf(partOutput(1))).toHaveLength(1);
  });

  test('has a version and a help with defaults and an example', () => {
    expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
    const help = run(['--help']).stdout;
    expect(help).toMatch(/default:\s+"dlrm_forward_time_info.csv"/);
    expect(help).toMatch(/\(default: 100\)/);
    expect(help).toContain('Example:\n  bench-forward --processed-data-file');
  });

  test('a level that no model has', () =>
    expectError(
      run([...models.args, '--quiet', '--sparsity-levels', '0.5']),
      'metadata.csv: expected a model of sparsity level 0.5, found 0, 0.9',
      models,
    ));

  test('one run, and a pass that there is not, are wrong usage', () => {
    expect(run([...models.args, '--runs', '1']).status).toBe(2);
    expect(run([...models.args, '--types', 'dense']).status).toBe(2);
  });

  modelReaderTests({ run, models });
});

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-disk';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import packageJson from '../package.json';

const cli = join(__dirname, '../dist/cli.js');
const originalRun = join(__dirname, '../../bench-metrics/test/golden/original-run');
const processedDataFile = join(originalRun, 'kaggleAdDisplayChallenge_processed.npz');

const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

describe('bench-forward', () => {
  let folder: string;
  let metadata: string;
  let output: string;
  let args: string[];
  let dumped: string;
  beforeAll(async () => {
    dumped = await mkdtemp(join(tmpdir(), 'dumped-'));
    const { status } = spawnSync(process.execPath, [
      join(__dirname, '../../bench-disk/dist/cli.js'),
      ...['--model-path', join(originalRun, 'criteo_model.ckpt')],
      ...['--sparsified-model-dump-path', join(dumped, 'dump'), '--output', join(dumped, 'metadata.csv')],
      ...['--sparsity-levels', '0,0.9', '--norms', 'L1'],
    ]);
    expect(status).toBe(0);
  });
  // Each test has the models to itself, because some of them damage one.
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-forward-'));
    metadata = join(folder, 'metadata.csv');
    output = join(folder, 'times.csv');
    args = ['--processed-data-file', processedDataFile, '--sparse-model-metadata', metadata];
    args.push('--output', output, '--runs', '3');
    await cp(dumped, folder, { recursive: true });
    await writeFile(metadata, (await readFile(metadata, 'utf8')).replaceAll(dumped, folder));
  });

  const rowsOf = async (path: string) => (await readFile(path, 'utf8')).trim().split('\n');
  const withoutTime = (row: string) => row.replace(/,[\d.e-]+,(with|sparse)/, ',TIME,$1');

  test("takes the original's flags; sparse rows first, then the dense ones", async () => {
    const raw = join(originalRun, 'train.txt');
    const result = run(
      '--raw_data_file',
      raw,
      ...args.map((argument) => argument.replace(/^--sparse-model-metadata$/, '--sparse_model_metadata')),
    );
    expect(result.stderr).toMatch(/timed models: 0\/12 \(0%\)\n[^]*timed models: 12\/12 \(100%\)\n$/);
    expect(result.stdout).toBe(`12 forward times of a batch of 201 rows: ${output}\n`);
    expect(result.status).toBe(0);
    const [heading, ...rows] = await rowsOf(output);
    expect(heading).toBe('norm,sparse_block_shape,sparsity_level,time_taken,dlrm_type,batch_size,runs');
    expect(rows.map(withoutTime)).toEqual(
      ['with_torch_sparse', 'without_torch_sparse', 'sparse_tables'].flatMap((type) =>
        ['(1, 1)', '(1, 4)'].flatMap((shape) =>
          ['0.0', '0.9'].map((level) => `L1,"${shape}",${level},TIME,${type},201,3`),
        ),
      ),
    );
    expect(rows.every((row) => Number(row.split(',')[4]) > 0)).toBe(true);
  });

  test('times only the levels that are asked for, with a smaller batch', async () => {
    const result = run(...args, '--quiet', '--sparsity-levels', '0.9', '--batch-size', '7');
    expect(result).toMatchObject({ stderr: '', status: 0 });
    const [, ...rows] = await rowsOf(output);
    expect(rows).toHaveLength(6);
    expect(rows.every((row) => row.includes(',0.9,') && row.endsWith(',7,3'))).toBe(true);
  });

  test('times only the passes that are asked for', async () => {
    const types = 'sparse_tables,with_torch_sparse';
    expect(run(...args, '--quiet', '--sparsity-levels', '0', '--types', types).status).toBe(0);
    const [, ...rows] = await rowsOf(output);
    expect(rows.map((row) => row.split(',')[5])).toEqual([
      ...['with_torch_sparse', 'with_torch_sparse', 'sparse_tables', 'sparse_tables'],
    ]);
  });

  test('times sparse checkpoints, as files of their own or beside the dense ones', async () => {
    for (const format of ['sparse', 'both']) {
      const { status } = spawnSync(process.execPath, [
        join(__dirname, '../../bench-disk/dist/cli.js'),
        ...['--model-path', join(originalRun, 'criteo_model.ckpt'), '--output', metadata],
        ...['--sparsified-model-dump-path', join(folder, format), '--format', format],
        ...['--sparsity-levels', '0.9', '--norms', 'L1'],
      ]);
      expect(status).toBe(0);
      expect(run(...args, '--quiet')).toMatchObject({ stderr: '', status: 0 });
      expect(await rowsOf(output)).toHaveLength(1 + 6);
    }
    // Sparse tables are read from the sparse file, the others from the dense one.
    const [first] = await readSparseModelMetadata(metadata);
    await truncate(first!.sparsePath!, 1000);
    expect(run(...args, '--quiet', '--types', 'without_torch_sparse').status).toBe(0);
    await rm(output);
    await failsWith(run(...args, '--quiet', '--types', 'sparse_tables'), /sl=0\.9\.sparse\.zip/);
  });

  test('the parts of a sharded run have the rows of the whole', async () => {
    expect(run(...args, '--quiet').status).toBe(0);
    const [heading, ...whole] = (await rowsOf(output)).map(withoutTime);
    const parts: string[] = [];
    for (const part of ['1/3', '2/3', '3/3']) {
      expect(run(...args, '--quiet', '--shard', part).status).toBe(0);
      const [partHeading, ...rows] = (await rowsOf(output)).map(withoutTime);
      expect(partHeading).toBe(heading);
      parts.push(...rows);
    }
    expect(parts).toEqual(whole);
  });

  test('has a version and a help with defaults and an example', () => {
    expect(run('--version').stdout).toBe(`${packageJson.version}\n`);
    const help = run('--help').stdout;
    expect(help).toMatch(/default:\s+"dlrm_forward_time_info.csv"/);
    expect(help).toMatch(/\(default: 100\)/);
    expect(help).toContain('Example:\n  bench-forward --processed-data-file');
  });

  const failsWith = async (result: ReturnType<typeof run>, message: string | RegExp) => {
    expect(result.stderr).toMatch(/^error: [^\n]*\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(1);
    expect((await readdir(folder)).filter((name) => /times|tmp/.test(name))).toEqual([]);
  };

  test('bad metadata', async () => {
    await failsWith(
      run(...args, '--quiet', '--sparse-model-metadata', '/nowhere/m.csv'),
      '/nowhere/m.csv: no such file',
    );
    await failsWith(
      run(...args, '--quiet', '--sparsity-levels', '0.5'),
      'metadata.csv: expected a model of sparsity level 0.5, found 0, 0.9',
    );
    await writeFile(metadata, 'norm,path\nL1,m.zip\n');
    await failsWith(run(...args, '--quiet'), 'metadata.csv: expected the columns norm, sparse_block_shape');
  });

  test('missing data, a truncated model, a model whose tables do not fit the data', async () => {
    await failsWith(run(...args, '--quiet', '--processed-data-file', '/nowhere/d.npz'), '/nowhere/d.npz');
    const arrays = await readNpz(processedDataFile);
    arrays['counts']!.data[4] = 32;
    const other = join(folder, 'other.npz');
    await writeNpz(other, arrays);
    await failsWith(
      run(...args, '--quiet', '--processed-data-file', other),
      /sl=0\.0\.zip[^\n]*emb_l\.4[^\n]*32[^\n]*31/,
    );
    const [first] = await readSparseModelMetadata(metadata);
    await truncate(first!.path, 60_000);
    await failsWith(run(...args, '--quiet'), 'sl=0.0.zip');
  });

  test('an output that cannot be written is known before the work', async () => {
    await failsWith(
      run(...args, '--quiet', '--output', join(metadata, 'times.csv')),
      /cannot write [^\n]*times\.csv/,
    );
  });

  test('wrong usage is exit code 2', () => {
    for (const wrong of [
      [],
      [...args, '--runs', '1'],
      [...args, '--types', 'dense'],
      [...args, '--engine', 'abacus'],
      [...args, '--fast'],
    ]) {
      expect(run(...wrong).status).toBe(2);
    }
  });
});

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-disk';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import packageJson from '../package.json';

const cli = join(__dirname, '../dist/cli.js');
const originalRun = join(__dirname, 'golden/original-run');
const processedDataFile = join(originalRun, 'kaggleAdDisplayChallenge_processed.npz');

const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

describe('bench-metrics', () => {
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
    folder = await mkdtemp(join(tmpdir(), 'bench-metrics-'));
    metadata = join(folder, 'metadata.csv');
    output = join(folder, 'metrics.csv');
    args = ['--processed-data-file', processedDataFile, '--sparse-model-metadata', metadata];
    args.push('--output', output);
    await cp(dumped, folder, { recursive: true });
    await writeFile(metadata, (await readFile(metadata, 'utf8')).replaceAll(dumped, folder));
  });

  test("takes the original's flags and writes the metrics", async () => {
    const result = run(
      '--raw_data_file',
      join(originalRun, 'train.txt'),
      '--processed_data_file',
      processedDataFile,
      '--sparse_model_metadata',
      metadata,
      '--output',
      output,
    );
    expect(result.stderr).toMatch(/evaluated models: 0\/4 \(0%\)\n[^]*evaluated models: 4\/4 \(100%\)\n$/);
    expect(result.stdout).toBe(`quality of 4 models: ${output}\n`);
    expect(result.status).toBe(0);
    const original = await readFile(join(originalRun, 'sparse_model_metrics.csv'), 'utf8');
    const logLoss = Number(original.split('\n')[1]!.split(',').at(-1));
    expect((await readFile(output, 'utf8')).split('\n')[1]).toContain(`,${logLoss.toFixed(3)},`);
  });

  test('models on sparse tables have the metrics of the dense ones, to the last digit', async () => {
    const sparse = join(folder, 'sparse.csv');
    const { status } = spawnSync(process.execPath, [
      join(__dirname, '../../bench-disk/dist/cli.js'),
      ...['--model-path', join(originalRun, 'criteo_model.ckpt'), '--output', sparse],
      ...['--sparsified-model-dump-path', join(folder, 'sparse'), '--format', 'sparse'],
      ...['--sparsity-levels', '0,0.9', '--norms', 'L1'],
    ]);
    expect(status).toBe(0);
    const csvs = [];
    for (const models of [metadata, sparse]) {
      const result = run(...args, '--quiet', '--decimals', 'all', '--sparse-model-metadata', models);
      expect(result).toMatchObject({ stderr: '', status: 0 });
      csvs.push(await readFile(output, 'utf8'));
    }
    expect(csvs[1]).toBe(csvs[0]);
  });

  test('is quiet with --quiet, has a version and a help with defaults and an example', () => {
    expect(run(...args, '--quiet', '--decimals', 'all')).toMatchObject({ stderr: '', status: 0 });
    expect(run('--version').stdout).toBe(`${packageJson.version}\n`);
    const help = run('--help').stdout;
    expect(help).toMatch(/default:\s+"sparse_model_metrics.csv"/);
    expect(help).toContain('Example:\n  bench-metrics --processed-data-file');
  });

  const failsWith = async (result: ReturnType<typeof run>, message: string | RegExp) => {
    expect(result.stderr).toMatch(/^error: [^\n]*\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.status).toBe(1);
    expect((await readdir(folder)).filter((name) => /metrics|tmp/.test(name))).toEqual([]);
  };

  test('missing metadata', () =>
    failsWith(
      run(...args, '--quiet', '--sparse-model-metadata', '/nowhere/m.csv'),
      'cannot read /nowhere/m.csv: no such file',
    ));

  test('a CSV with wrong columns', async () => {
    await writeFile(metadata, 'norm,path\nL1,m.zip\n');
    await failsWith(run(...args, '--quiet'), 'metadata.csv: expected the columns norm, sparse_block_shape');
  });

  test('missing and truncated data', async () => {
    await failsWith(run(...args, '--quiet', '--processed-data-file', '/nowhere/d.npz'), '/nowhere/d.npz');
    const broken = join(folder, 'broken.npz');
    await writeFile(broken, (await readFile(processedDataFile)).subarray(0, 50_000));
    await failsWith(run(...args, '--quiet', '--processed-data-file', broken), 'broken.npz');
  });

  test('a truncated and a missing model', async () => {
    const [, second] = await readSparseModelMetadata(metadata);
    await truncate(second!.path, 60_000);
    await failsWith(run(...args, '--quiet'), 'sl=0.9.zip');
    await writeFile(metadata, (await readFile(metadata, 'utf8')).replaceAll('sl=0.0.zip', 'sl=0.3.zip'));
    await failsWith(run(...args, '--quiet'), /cannot read [^\n]*sl=0\.3\.zip: no such file/);
  });

  test('a model whose tables do not fit the data', async () => {
    const arrays = await readNpz(processedDataFile);
    arrays['counts']!.data[4] = 32;
    const other = join(folder, 'other.npz');
    await writeNpz(other, arrays);
    await failsWith(
      run(...args, '--quiet', '--processed-data-file', other),
      /sl=0\.0\.zip[^\n]*emb_l\.4[^\n]*32[^\n]*31/,
    );
  });

  test('an output that cannot be written, an earlier one untouched by a failure', async () => {
    await failsWith(
      run(...args, '--quiet', '--output', join(metadata, 'metrics.csv')),
      /cannot write [^\n]*metrics\.csv/,
    );
    const earlier = join(folder, 'earlier.csv');
    await writeFile(earlier, 'earlier');
    await failsWith(
      run(...args, '--quiet', '--output', earlier, '--sparse-model-metadata', '/nowhere/m.csv'),
      '/nowhere/m.csv',
    );
    expect(await readFile(earlier, 'utf8')).toBe('earlier');
  });

  test('wrong usage is exit code 2', () => {
    for (const wrong of [
      [],
      [...args, '--decimals', '-1'],
      [...args, '--engine', 'abacus'],
      [...args, '--fast'],
    ]) {
      expect(run(...wrong).status).toBe(2);
    }
  });
});

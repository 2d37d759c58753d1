import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { builtFile, killOnceJournalled } from '@ds/test-support';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';

const otherData = join(
  __dirname,
  '../../../packages/criteo-data/test/golden/preprocessing/criteo-rows/processed.npz',
);
const main = builtFile(join(__dirname, '..', 'dist', 'main.js'));
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
const few = ['--sparsity-levels', '0,0.9', '--norms', 'L1', '--forward-runs', '2'];
const small = ['--rows', '2000', ...few];
const lines = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n');

let folder: string;
/** A run that no test changes. */
let results: string;
let made: ReturnType<typeof run>;
beforeAll(async () => {
  results = await mkdtemp(join(tmpdir(), 'full-benchmark-'));
  made = run(...small, '--output-dir', results);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-benchmark-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(() => rm(results, { recursive: true, force: true }));

test('rows in, report out, then the same from its own data and checkpoint', async () => {
  expect([made.status, made.status === 0 ? '' : made.stderr]).toEqual([0, '']);
  for (const stage of [
    'synthesise rows',
    'preprocess',
    'train',
    'prune and zip models',
    'quality',
    'forward time',
    'memory',
    'sparse activations',
    'frontier',
  ])
    expect(made.stderr).toMatch(new RegExp(`^${stage}: .*\\(100%\\)$`, 'm'));
  expect(made.stderr).toMatch(/^all stages: 100\/100/m);
  expect(made.stderr.match(/^engine .*/gm)).toEqual([expect.stringMatching(/^engine \w+:\S+ \(.+\): \S/)]);
  expect(made.stdout).toContain(`report: ${join(results, 'report.html')}`);

  // Two block shapes, two levels.
  const metadata = await lines(join(results, 'sparse_model_metadata.csv'));
  expect(metadata).toHaveLength(1 + 4);
  expect(await lines(join(results, 'sparse_model_metrics.csv'))).toHaveLength(1 + 4);
  const forward = await lines(join(results, 'dlrm_forward_time_info.csv'));
  for (const type of ['with_torch_sparse', 'without_torch_sparse'])
    expect(forward.filter((line) => line.includes(`,${type}`))).toHaveLength(4);
  const memory = await lines(join(results, 'model_memory_info.csv'));
  for (const type of ['dense_tables', 'sparse_tables'])
    expect(memory.filter((line) => line.includes(`,${type},`))).toHaveLength(4);
  // Three types, three kinds of tables, two scores, two levels.
  expect(await lines(join(results, 'activation_sparsity.csv'))).toHaveLength(1 + 3 * 3 * 2 * 2);
  const html = await readFile(join(results, 'report.html'), 'utf8');
  for (const text of [
    '2000 synthetic rows',
    '--full-forward',
    'id="size"',
    'id="roc-auc"',
    'id="forward-time"',
    'id="memory"',
    'id="activation-auc"',
    'id="activation-time"',
  ])
    expect(html).toContain(text);

  const own = join(folder, 'own');
  const again = run(
    ...few,
    '--output-dir',
    own,
    '--processed-data-file',
    join(results, 'data', 'kaggleAdDisplayChallenge_processed.npz'),
    '--model-path',
    join(results, 'criteo_model.ckpt'),
    ...['--keep-models', 'all', '--quiet'],
  );
  expect([again.status, again.stderr]).toEqual([0, '']);
  // Made again or read from files, the models are the same.
  expect(await readFile(join(own, 'sparse_model_metrics.csv'), 'utf8')).toBe(
    await readFile(join(results, 'sparse_model_metrics.csv'), 'utf8'),
  );
  expect(await readdir(own)).not.toContain('data');
  expect(await readdir(own)).toContain('models');
  expect(await readdir(results)).not.toContain('models');
  // The answer comes last, and its model is there.
  const answer =
    /The smallest model that loses at most 0\.1 % of its ROC AUC has tables [\d.]+ times smaller/;
  for (const { stdout } of [made, again])
    expect(stdout.slice(stdout.indexOf('compression_frontier.csv'))).toMatch(answer);
  expect(html).toMatch(answer);
  expect(html).toContain('id="frontier"');
  const best = join(own, 'best', 'model.safetensors');
  expect(again.stdout).toContain(`Dlrm.load("${best}")`);
  expect((await stat(best)).size).toBeLessThan((await stat(join(results, 'criteo_model.ckpt'))).size);
});

test('goes on where a killed run stopped, to the same files', async () => {
  const args = [...small, '--output-dir', folder];
  await killOnceJournalled([main, ...args], join(folder, 'sparse_model_metadata.csv'));
  const resumed = run(...args);
  expect(resumed.stderr).toMatch(/^resuming after synthesise rows, preprocess, train; --fresh starts over$/m);
  expect(resumed.stderr).toMatch(/^resuming after [1-4] of 4$/m);
  expect(resumed.status).toBe(0);
  // The options are the same, so all files are but those with what was measured of the machine, and what shows that.
  const files = async (of: string) => {
    const entries = await readdir(of, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    return paths.map((path) => relative(of, path)).sort();
  };
  const names = await files(folder);
  expect(names).toEqual(await files(results));
  const isMeasured = (name: string) =>
    /^(.*_times\.csv|dlrm_forward_time_info\.csv|model_memory_info\.csv|run\.json|report\.html|.*(time|memory)\.svg)$/.test(
      name,
    );
  expect(names.filter(isMeasured)).toHaveLength(9);
  // The original's column is where the original has it.
  const withoutStepTime = (bytes: Buffer, name: string) =>
    name === 'sparse_model_metadata.csv'
      ? bytes.toString().replace(/,[\d.e-]+(,\d+,,\d+,)/g, ',TIME$1')
      : bytes.toString('base64');
  for (const name of names.filter((one) => !isMeasured(one))) {
    const [one, same] = await Promise.all([folder, results].map((of) => readFile(join(of, name))));
    const isSame = withoutStepTime(one!, name) === withoutStepTime(same!, name);
    expect(`${name}: ${isSame ? 'the same' : 'not the same'}`).toBe(`${name}: the same`);
  }
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  const { settings } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as {
    settings: Record<string, string>;
  };
  expect(settings['Time of the stages']).toMatch(/^synthesise rows .* s, preprocess .* s, train .* s, prune/);
});

test('day counts that appear beside the data start an interrupted run over', async () => {
  const processed = join(folder, 'processed.npz');
  await copyFile(join(results, 'data/kaggleAdDisplayChallenge_processed.npz'), processed);
  const args = [
    ...['--processed-data-file', processed, '--output-dir', join(folder, 'out'), '--sparsity-levels', '0'],
    ...['--norms', 'L1', '--sparse-block-shapes', '1x4', '--skip-activations', '--skip-frontier'],
  ];
  await killOnceJournalled([main, ...args], join(folder, 'out', 'run.json'));
  const days = { total_per_file: { data: BigInt64Array.of(1000n, 1000n), shape: [2] } };
  await writeNpz(join(folder, 'my_day_count.npz'), days);
  const { status, stderr } = run(...args);
  expect([status, stderr.match(/^(resuming|error).*/gm)]).toEqual([0, null]);
});

test('data without test or validation rows are refused before anything is trained', async () => {
  const processed = join(folder, 'processed.npz');
  const arrays = await readNpz(join(results, 'data/kaggleAdDisplayChallenge_processed.npz'));
  for (const [split, days] of [
    ['test', BigInt64Array.of(2000n, 0n)],
    ['validation', BigInt64Array.of(1999n, 1n)],
  ] as const) {
    await writeNpz(processed, { ...arrays, total_per_file: { data: days, shape: [2] } });
    const { status, stderr } = run('--processed-data-file', processed, '--output-dir', folder, '--quiet');
    const message = `error: ${processed}: expected rows in the ${split} split, found none\n`;
    expect([status, stderr]).toEqual([1, message]);
  }
  expect(await readdir(folder)).not.toContain('criteo_model.ckpt');
});

test('results of an earlier run that would stay beside those of this one are refused, and stay', async () => {
  const before = await readFile(join(results, 'run.json'), 'utf8');
  const refusal = (...args: string[]) => {
    const { status, stderr } = run(...small, '--seed', '2', '--output-dir', results, '--quiet', ...args);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: .* of an earlier run, .*\n$/)]);
    return stderr;
  };
  const frontier = 'compression_frontier.csv, compression_frontier_times.csv';
  const best = join('best', 'model.safetensors');
  expect(refusal('--skip-frontier')).toContain(`${results}: has ${frontier}, ${best} of`);
  const activations = 'activation_sparsity.csv, activation_sparsity_times.csv';
  expect(refusal('--skip-activations')).toContain(`${results}: has ${activations} of`);
  expect(refusal('--keep-models', 'none')).toContain(`${results}: has ${best} of`);
  expect(await readFile(join(results, 'run.json'), 'utf8')).toBe(before);
});

test('a stage that fails is named, and the earlier report stays', async () => {
  const report = join(folder, 'report.html');
  await writeFile(report, 'an earlier report');
  const raw = join(folder, 'train.txt');
  await writeFile(raw, '0\t1\n');
  const { status, stdout, stderr } = run('--raw-data-file', raw, '--output-dir', folder, '--quiet');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error: stage 'preprocess' failed: .*train\.txt.*line 1.*\n$/);
  expect(await readFile(report, 'utf8')).toBe('an earlier report');
  expect(await readdir(folder)).not.toContain('data');
});

test('what is no checkpoint of this data is refused before anything is pruned', async () => {
  const data = join(results, 'data/kaggleAdDisplayChallenge_processed.npz');
  const checkpoint = join(results, 'criteo_model.ckpt');
  const refusal = async (processedDataFile: string, modelPath: string) => {
    const { status, stdout, stderr } = run(
      ...['--processed-data-file', processedDataFile, '--model-path', modelPath],
      ...['--output-dir', folder, '--quiet'],
    );
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: stage 'check the model' failed: [^\n]*\n$/);
    await expect(stat(join(folder, 'sparse_model_metadata.csv'))).rejects.toThrow();
    return stderr;
  };

  expect(await refusal(data, join(results, 'data/train.txt'))).toContain('train.txt: expected a checkpoint');
  const other = join(folder, 'other.npz');
  await writeNpz(other, { w: { data: Float32Array.of(1), shape: [1] } });
  expect(await refusal(data, other)).toContain(`${other}: expected the tensors of a DLRM`);

  const rowsOf = async (path: string) => [...((await readNpz(path))['counts']!.data as Int32Array)];
  const [rows, otherRows] = [await rowsOf(data), await rowsOf(otherData)];
  const table = rows.findIndex((count, index) => count !== otherRows[index]);
  const message = await refusal(otherData, checkpoint);
  for (const part of [checkpoint, otherData, `emb_l.${table}`, `${rows[table]}`, `${otherRows[table]}`])
    expect(message).toContain(part);
});

test('wrong usage is told at once', () => {
  const noData = run('--model-path', 'criteo_model.ckpt');
  expect(noData.status).toBe(2);
  expect(noData.stderr).toContain('--model-path needs the data that the model was trained on');
  const both = run('--raw-data-file', 'a.txt', '--processed-data-file', 'b.npz');
  expect(both.status).toBe(2);
  expect(both.stderr).toContain('expected one of them, found both');
  const twice = run('--data', 'flights', '--processed-data-file', 'b.npz');
  expect(twice.status).toBe(2);
  expect(twice.stderr).toContain('--data and --processed-data-file: expected one of them, found both');
  const counted = run('--data', 'flights', '--rows', '5000');
  expect(counted.status).toBe(2);
  expect(counted.stderr).toContain('--rows is the number of synthetic rows');
  for (const own of ['--raw-data-file', '--processed-data-file']) {
    expect(run('--rows', '100', own, 'b')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        `error: --rows is the number of synthetic rows; it cannot be combined with ${own}\n`,
      ),
    });
  }
  const trained = run('--processed-data-file', 'b.npz', '--model-path', 'a.ckpt', '--epochs', '3');
  expect([trained.status, trained.stderr]).toEqual([
    2,
    expect.stringContaining('error: --epochs and --learning-rate: expected no --model-path, found one\n'),
  ]);
  const other = run('--data', 'movies');
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("Expected synthetic or flights, found 'movies'");
  const out = join(folder, 'out');
  for (const [wrong, message] of [
    [['--sparsity-levels', '2'], 'sparsity level: expected a number from 0 to 1, found 2'],
    [['--norms', 'L3'], "norm: expected L1 or L2, found 'L3'"],
    [
      ['--methods', 'block-norm', '--scope', 'table'],
      '--methods and --scope: expected one of them, found both',
    ],
    [['--frontier-methods', 'rows-int8,rows-int8'], 'method: expected each once, found rows-int8 twice'],
    [['--max-auc-loss', '-1'], "Expected a number from 0 to 1, found '-1'"],
    [['--max-auc-loss', '5'], "Expected a number from 0 to 1, found '5'"],
    [['--learning-rate', '-1'], "Expected a number above 0, found '-1'"],
    [['--learning-rate', 'Infinity'], "Expected a number, found 'Infinity'"],
  ] as const) {
    const { status, stdout, stderr } = run(...wrong, '--rows', '100', '--output-dir', out);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  }
  expect(existsSync(out)).toBe(false);
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--full-forward') });
});

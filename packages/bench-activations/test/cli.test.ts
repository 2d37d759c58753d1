import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCriteoDataset } from '@ds/criteo-data';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { binaryClassificationMetrics, Dlrm, evaluate, loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
import { timesPath } from '@ds/bench-models';
import { benchCommand, expectError, originalData, originalModel } from '@ds/test-support';
import { parse } from 'csv-parse/sync';
import packageJson from '../package.json';

const run = benchCommand('bench-activations');
const paths = { folder: '', output: '' };
/** A quick look: few rows and passes. */
let args: string[];

beforeEach(async () => {
  paths.folder = await mkdtemp(join(tmpdir(), 'bench-activations-'));
  paths.output = join(paths.folder, 'activations.csv');
  args = ['--model-path', originalModel, '--processed-data-file', originalData, '--output', paths.output];
  args.push('--runs', '2', '--calibration-rows', '300', '--sparsity-levels', '0,0.5');
});
afterEach(() => rm(paths.folder, { recursive: true }));

/** Of the model as it is, on the test split. */
async function denseQuality() {
  const model = await Dlrm.load(originalModel, { threads: 1 });
  const dataset = await openCriteoDataset({ processedDataFile: originalData, split: 'test' });
  const { labels, scores } = await evaluate({ model, dataset });
  await Promise.all([model.dispose(), dataset.close()]);
  return binaryClassificationMetrics(labels, scores);
}

async function rowsOf(path: string): Promise<Record<string, string>[]> {
  return parse(await readFile(path, 'utf8'), { columns: true });
}

test('writes a row for each type, kind of tables, score and level', async () => {
  const result = run([
    ...args,
    '--scores',
    'mean,curvature',
    '--tables',
    'dense,block-norm-0.9,mixed-precision-12x',
  ]);
  expect(result.stderr).toMatch(/^measured models: 0\/36 \(0%\)\nengine onnx:cpu \(.+\): \S/);
  expect(result.stderr).toMatch(/measured models: 36\/36 \(100%\)\n$/);
  expect(result.stdout).toBe(
    `quality and forward times of a batch of 201 rows of 36 models: ${paths.output}\n`,
  );
  expect(result.status).toBe(0);
  expect((await readFile(paths.output, 'utf8')).split('\n')[0]).toBe(
    'tables,score,sparsity_level,dlrm_type,kept_features,kept_pairs,used_tables,table_bytes,roc_auc,log_loss,accuracy,' +
      'roc_auc_change,roc_auc_change_error,log_loss_change,accuracy_change,batch_size,runs,layers',
  );
  const rows = await rowsOf(paths.output);
  const times = await rowsOf(timesPath(paths.output));
  expect(Object.keys(times[0]!)).toEqual([
    ...['tables', 'score', 'sparsity_level', 'dlrm_type', 'time_taken', 'dense_time_taken', 'speedup'],
  ]);
  expect(times.map(Object.values).map((cells) => cells.slice(0, 4))).toEqual(
    rows.map((row) => Object.values(row).slice(0, 4)),
  );
  expect(rows.map((row) => [row['dlrm_type'], row['tables'], row['score'], row['sparsity_level']])).toEqual(
    ['masked', 'folded', 'folded_means'].flatMap((type) =>
      ['dense', 'block-norm-0.9', 'mixed-precision-12x'].flatMap((tables) =>
        ['mean', 'curvature'].flatMap((score) => ['0.0', '0.5'].map((level) => [type, tables, score, level])),
      ),
    ),
  );
  const number = (row: Record<string, string>, column: string) => Number(row[column]);
  const { rocAuc, logLoss } = await denseQuality();
  for (const row of rows) {
    const isDense = row['tables'] === 'dense' && row['sparsity_level'] === '0.0';
    if (isDense) expect(number(row, 'log_loss')).toBeCloseTo(logLoss!, 5);
    expect(number(row, 'log_loss') - number(row, 'log_loss_change')).toBeCloseTo(logLoss!, 5);
    expect(number(row, 'roc_auc') - number(row, 'roc_auc_change')).toBeCloseTo(rocAuc!, 6);
    if (isDense) expect(Math.abs(number(row, 'roc_auc_change'))).toBeLessThan(1e-4);
    expect(row['kept_features']).toBe(row['sparsity_level'] === '0.0' ? '359' : '179');
    expect(number(row, 'kept_pairs')).toBeGreaterThanOrEqual(number(row, 'kept_features') - 8);
    expect(number(row, 'used_tables')).toBeLessThanOrEqual(26);
    expect([row['batch_size'], row['runs'], row['layers']]).toEqual(['201', '2', 'top_l.0']);
  }
  for (const row of times) {
    for (const column of ['time_taken', 'dense_time_taken', 'speedup']) {
      expect(number(row, column)).toBeGreaterThan(0);
    }
  }
  // A mask and what it folds into are one model.
  const ofType = (type: string) => rows.filter((row) => row['dlrm_type'] === type);
  ofType('masked').forEach((masked, at) => {
    for (const column of ['roc_auc', 'log_loss']) {
      expect(number(ofType('folded')[at]!, column)).toBeCloseTo(number(masked, column), 5);
    }
  });
  const bytes = (tables: string) =>
    number(
      rows.find((row) => row['tables'] === tables)!,
      'table_bytes',
    );
  const values = Object.entries(await loadCheckpoint(originalModel))
    .filter(([name]) => name.startsWith('emb_l.'))
    .reduce((sum, [, { data }]) => sum + data.length, 0);
  expect(bytes('dense')).toBe(4 * values);
  expect(bytes('block-norm-0.9')).toBeLessThan(0.25 * 4 * values);
  expect(bytes('mixed-precision-12x')).toBeLessThanOrEqual((4 * values) / 12);
});

test('columns of several layers: what is masked is also what is folded, and a model without hidden units is other than one without columns of z', async () => {
  const measured = async (layers: string) => {
    const result = run([
      ...[...args, '--quiet', '--tables', 'dense', '--scores', 'curvature'],
      ...['--layers', layers],
    ]);
    expect(result).toMatchObject({ stderr: '', status: 0 });
    return rowsOf(paths.output);
  };
  const both = await measured('top_l.2,top_l.0');
  for (const row of both) expect(row['layers']).toBe('top_l.0+top_l.2');
  const halves = both.filter((row) => row['sparsity_level'] === '0.5');
  const loss = (row: Record<string, string> | undefined) => Number(row!['log_loss']);
  expect(halves.map((row) => row['dlrm_type'])).toEqual(['masked', 'folded', 'folded_means']);
  expect(halves.map((row) => row['kept_features'])).toEqual(['179', '179', '179']);
  expect(loss(halves[1])).toBeCloseTo(loss(halves[0]), 5);
  const hidden = (await measured('top_l.2')).filter((row) => row['sparsity_level'] === '0.5');
  expect(hidden.map((row) => row['kept_features'])).toEqual(['359', '359', '359']);
  expect(loss(hidden[1])).toBeCloseTo(loss(hidden[0]), 5);
  expect(Math.abs(loss(hidden[0]) - loss(halves[0]))).toBeGreaterThan(1e-6);
});

test('the parts of a sharded run have the rows of the whole, whose quality is the same each time', async () => {
  const chosen = [
    ...args,
    '--quiet',
    '--tables',
    'dense',
    '--scores',
    'wanda',
    '--types',
    'folded_means,masked',
  ];
  const quality = async (path = paths.output) =>
    (await rowsOf(path)).map((row) =>
      ['dlrm_type', 'score', 'sparsity_level', 'roc_auc', 'log_loss'].map((column) => row[column]),
    );
  const asJson = run([...chosen, '--json']);
  expect(asJson).toMatchObject({ stderr: '', status: 0 });
  const whole = await quality();
  const { output, rows } = JSON.parse(asJson.stdout) as { output: string; rows: { logLoss: number }[] };
  expect(output).toBe(paths.output);
  expect(rows.map(({ logLoss }) => `${logLoss}`)).toEqual(whole.map((row) => row.at(-1)));
  expect(whole.map(([type, , level]) => [type, level])).toEqual([
    ['masked', '0.0'],
    ['masked', '0.5'],
    ['folded_means', '0.0'],
    ['folded_means', '0.5'],
  ]);
  const parts = [];
  for (const part of [1, 2, 3]) {
    expect(run([...chosen, '--shard', `${part}/3`])).toMatchObject({ stderr: '', status: 0 });
    parts.push(...(await quality(join(paths.folder, `activations.${part}-of-3.csv`))));
  }
  expect(parts).toEqual(whole);
});

test('has a version and a help with defaults and an example', () => {
  expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
  const help = run(['--help']).stdout;
  expect(help).toMatch(/default:\s+"activation_sparsity.csv"/);
  expect(help).toMatch(/default:\s+0,\s+0.1,\s+0.2,/);
  expect(help).toContain('Example:\n  bench-activations --model-path');
});

test('wrong usage is exit code 2', () => {
  expect(run([]).status).toBe(2);
  for (const wrong of [
    ['--engine', 'abacus'],
    ['--batch-size', '0'],
    ['--runs', '1'],
    ['--scores', 'luck'],
    ['--types', 'sparse'],
    ['--threads', '0'],
    ['--fast'],
  ]) {
    expect(run([...args, ...wrong]).status).toBe(2);
  }
});

describe('one line of error and no output', () => {
  const fails = (message: string | RegExp, ...extra: string[]) =>
    expectError(run([...args, '--quiet', '--tables', 'dense', '--scores', 'mean', ...extra]), message, paths);

  test('settings that make no sense', async () => {
    await fails('sparsity level: expected a number from 0 to 1, found 1.5', '--sparsity-levels', '0,1.5');
    await fails('sparsity levels: expected each once, found 0.5 twice', '--sparsity-levels', '0.5,0.50');
    await fails(
      'sparsity level 1: all 359 columns of z would be dropped, nothing is left to predict from',
      ...['--sparsity-levels', '0,1'],
    );
    await fails(
      "layers: expected any of bot_l.2, top_l.0, top_l.2, found 'bot_l.0'",
      ...['--layers', 'top_l.0,bot_l.0'],
    );
    await fails('layers: expected each once, found top_l.0 twice', '--layers', 'top_l.0,top_l.0');
    await fails(
      "tables: expected dense or block-norm-<level> or mixed-precision-<ratio>x, found 'block-norm-2'",
      ...['--tables', 'dense,block-norm-2'],
    );
  });

  test('inputs that are missing, cut off, or do not fit each other', async () => {
    await fails('/nowhere/m.ckpt', '--model-path', '/nowhere/m.ckpt');
    await fails('/nowhere/d.npz', '--processed-data-file', '/nowhere/d.npz');
    const model = join(paths.folder, 'model.ckpt');
    await copyFile(originalModel, model);
    await truncate(model, 50_000);
    await fails('model.ckpt', '--model-path', model);
    const arrays = await readNpz(originalData);
    arrays['counts']!.data[4] = 32;
    const other = join(paths.folder, 'other.npz');
    await writeNpz(other, arrays);
    await fails(/criteo_model\.ckpt[^\n]*emb_l\.4[^\n]*32[^\n]*31/, '--processed-data-file', other);
  });

  test('a model with weights that are no numbers', async () => {
    const state = await loadCheckpoint(originalModel);
    state['bot_l.2.bias']!.data[3] = NaN;
    const model = join(paths.folder, 'broken.ckpt');
    await saveCheckpoint(model, state);
    await fails(
      'broken.ckpt: bot_l.2.bias: expected finite values, found NaN at position 3',
      '--model-path',
      model,
    );
  });

  test('a model whose interaction has no pairs', async () => {
    const state = await loadCheckpoint(originalModel);
    const { shape } = state['top_l.0.weight']!;
    const width = 27 * 8;
    state['top_l.0.weight'] = { data: new Float32Array(shape[0]! * width), shape: [shape[0]!, width] };
    const model = join(paths.folder, 'cat.ckpt');
    await saveCheckpoint(model, state);
    await fails(
      'cat.ckpt: expected the interaction dot, whose pairs a mask drops, found cat',
      '--model-path',
      model,
    );
  });

  test('an output that cannot be written, or that is an input', async () => {
    const data = join(paths.folder, 'data.npz');
    await copyFile(originalData, data);
    await fails(/cannot write [^\n]*inside\.csv/, '--output', join(data, 'inside.csv'));
    for (const input of [data, originalModel]) {
      const { stderr, status } = run([...args, '--processed-data-file', data, '--output', input]);
      expect(stderr).toContain(`error: cannot write ${input}: it is also an input, and would be lost`);
      expect(status).toBe(1);
    }
    const counts = join(paths.folder, 'counts.npz');
    await writeFile(counts, 'day counts');
    const { stderr } = run([...args, '--day-counts', counts, '--output', counts]);
    expect(stderr).toContain(`error: cannot write ${counts}: it is also an input, and would be lost`);
    await writeFile(paths.output, 'earlier');
    expect(run([...args, '--model-path', '/nowhere/m.ckpt']).status).toBe(1);
    expect(await readFile(paths.output, 'utf8')).toBe('earlier');
    await rm(paths.output);
  });
});

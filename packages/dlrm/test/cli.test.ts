import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '../../test-support/src/built-file.js';
import { killOnceJournalled } from '../../test-support/src/kill-once-journalled.js';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { MixedPrecisionTable, SparseTable, toFloat16 } from '@ds/data-sparsifier';
import * as ort from 'onnxruntime-node';
import {
  binaryClassificationMetrics,
  Dlrm,
  embeddingTableNames,
  kaggleDlrmConfig,
  loadCheckpoint,
  saveCheckpoint,
  saveSparseCheckpoint,
} from '../src/index.js';
import { saveMixedCheckpoint } from '@ds/tensor-files';
import { formula } from './formula.js';
import { expectClose } from './golden-model.js';
import { counts, rows, writeRows } from './written-rows.js';

const cli = builtFile(join(__dirname, '../dist/cli.js'));
let folder: string;
let data: string;

function dlrm(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
}

function expectFailure(result: ReturnType<typeof dlrm>, code: number, message: string | RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.status).toBe(code);
  expect(result.stdout).toBe('');
  if (code === 1) expect(result.stderr.trim().split('\n')).toHaveLength(1);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dlrm-cli-'));
  data = join(folder, 'processed.npz');
  await writeRows(data);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What `saveSparseCheckpoint` takes, of a dense checkpoint. */
async function loadSparseTables(path: string) {
  const tensors = await loadCheckpoint(path);
  const tables: Record<string, SparseTable> = {};
  for (const name of embeddingTableNames(tensors)) {
    tables[name] = SparseTable.fromDense({ table: tensors[name]! });
    Reflect.deleteProperty(tensors, name);
  }
  return { tables, tensors };
}

test.each([[[]], [['--optimizer', 'adagrad']], [['--sparsify-every-epoch', '--arch-interaction-op', 'cat']]])(
  'a killed training is continued to the same bytes: %j',
  async (flags) => {
    const place = mkdtempSync(join(folder, 'resumed-'));
    const [model, other] = [join(place, 'model.ckpt'), join(place, 'other.ckpt')];
    const args = (output: string) => [
      ...['train', '--processed-data-file', data, '--save-model', output, '--epochs', '3'],
      ...['--mini-batch-size', '64', '--checkpoint-every', '2', ...flags],
    ];
    expect(dlrm(...args(other)).status).toBe(0);
    await killOnceJournalled([cli, ...args(model)], model);
    const continued = dlrm(...args(model));
    expect(continued.stderr).toMatch(/^continuing after step \d+ of epoch [123]; --fresh starts over$/m);
    expect(continued.status).toBe(0);
    expect(readFileSync(model)).toEqual(readFileSync(other));
    expect(readdirSync(place).sort()).toEqual(['model.ckpt', 'other.ckpt']);

    await killOnceJournalled([cli, ...args(model)], model);
    const changed = dlrm(...args(model), '--seed', '2');
    expect(changed.stderr).not.toContain('continuing');
    expect(changed.status).toBe(0);
    expect(readdirSync(place).sort()).toEqual(['model.ckpt', 'other.ckpt']);
  },
);

test('trains with Adagrad: from the same start to other weights, and with a learning rate of its own', async () => {
  const weightsAfter = async (...flags: string[]) => {
    const model = join(folder, 'optimizer.ckpt');
    const options = ['--processed-data-file', data, '--quiet', '--save-model', model];
    expect(dlrm('train', ...options, ...flags)).toMatchObject({ status: 0, stderr: '' });
    return (await loadCheckpoint(model))['emb_l.4.weight']!.data;
  };
  const adagrad = await weightsAfter('--optimizer', 'adagrad');
  expect(await weightsAfter('--optimizer', 'adagrad', '--learning-rate', '0.01')).toEqual(adagrad);
  const sgd = await weightsAfter();
  expect(await weightsAfter('--optimizer', 'sgd', '--learning-rate', '0.1')).toEqual(sgd);
  expect(adagrad).not.toEqual(sgd);
  expect(dlrm('train', '--help').stdout).toMatch(/default: 0\.1\s+for\s+sgd,\s+0\.01\s+for\s+adagrad/);
  expect(dlrm('train', '--optimizer', 'adam').status).toBe(2);
});

test.each([
  [['--arch-interaction-op', 'cat'], 27 * 16],
  [['--arch-interaction-itself'], 16 + (27 * 28) / 2],
])('trains with %j, and evaluates what was trained', async (flags, width) => {
  const model = join(folder, 'interaction.ckpt');
  const options = ['--processed-data-file', data, '--quiet'];
  expect(dlrm('train', ...options, '--save-model', model, ...flags).status).toBe(0);
  expect((await loadCheckpoint(model))['top_l.0.weight']!.shape).toEqual([512, width]);
  expect(dlrm('evaluate', ...options, '--model-path', model).stdout).toMatch(/^rows +50\n/);
});

test('trains, evaluates, converts and exports', async () => {
  const model = join(folder, 'model.ckpt');
  const trained = dlrm(
    ...['train', '--processed-data-file', data, '--save-model', model],
    ...['--epochs', '6', '--mini-batch-size', '32', '--seed', '2'],
  );
  expect(trained.status).toBe(0);
  expect(trained.stdout).toBe('');
  expect(trained.stderr).toMatch(/^engine onnx:\w+ \(onnxruntime-node [\d.]+\): \S/m);
  expect(trained.stderr).toMatch(/^epoch 6: mean loss 0\.\d+$/m);

  // The original's flags with underscores work too.
  const evaluated = dlrm('evaluate', '--processed_data_file', data, '--model_path', model);
  expect(evaluated.status).toBe(0);
  expect(evaluated.stdout).toMatch(/^rows +50\nprecision +0\.\d+\n(.*\n)*accuracy +0\.\d+\n/);
  expect(evaluated.stderr).toContain('engine onnx:');

  const converted = join(folder, 'model.safetensors');
  const { status, stderr } = dlrm('convert', '--model-path', model, '--output', converted);
  expect({ status, stderr }).toEqual({ status: 0, stderr: `wrote 40 tensors to ${converted}\n` });
  expect(await loadCheckpoint(converted)).toEqual(await loadCheckpoint(model));

  const { tables, tensors } = await loadSparseTables(converted);
  const sparse = join(folder, 'sparse.safetensors');
  await saveSparseCheckpoint(sparse, { tables, tensors });

  const scores = [model, converted, sparse].map((path) => {
    const result = dlrm(
      ...['evaluate', '--processed-data-file', data, '--model-path', path],
      ...['--split', 'train', '--engine', 'tfjs:wasm', '--json', '--quiet'],
    );
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout) as { rows: number; rocAuc: number };
  });
  expect(scores[0]).toEqual(scores[1]);
  expect(scores[0]).toEqual(scores[2]);
  expect(scores[0]!.rows).toBe(600);
  expect(scores[0]!.rocAuc).toBeGreaterThan(0.6);

  // Rows of several precisions: as accurate as the dense tables they stand for, and refused where they are damaged.
  const mixed = join(folder, 'mixed.safetensors');
  const dense = await loadCheckpoint(converted);
  const mixedTables = Object.fromEntries(
    embeddingTableNames(dense).map((name) => {
      const bits = Uint8Array.from({ length: dense[name]!.shape[0]! }, (_, row) => [4, 8, 0, 2][row % 4]!);
      return [name, MixedPrecisionTable.fromDense({ table: dense[name]!, bits })];
    }),
  );
  await saveMixedCheckpoint(mixed, { tables: mixedTables, tensors });
  const expanded = join(folder, 'expanded.ckpt');
  expect(dlrm('convert', '--model-path', mixed, '--output', expanded).status).toBe(0);
  const [ofMixed, ofExpanded] = [mixed, expanded].map(
    (path) =>
      dlrm('evaluate', '--processed-data-file', data, '--model-path', path, '--json', '--quiet').stdout,
  );
  expect(JSON.parse(ofMixed!)).toMatchObject({ rows: 50 });
  expect(ofMixed).toBe(ofExpanded);
  const exported = join(folder, 'mixed.onnx');
  expect(dlrm('export', '--model-path', mixed, '--output', exported, '--quiet').status).toBe(0);
  expect(existsSync(exported)).toBe(true);
  const cut = readFileSync(mixed);
  // The upper byte of the minimum of the last row.
  cut[cut.length - 1] = 0x7c;
  writeFileSync(mixed, cut);
  expectFailure(
    dlrm('evaluate', '--processed-data-file', data, '--model-path', mixed, '--quiet'),
    1,
    /^error: [^\n]*mixed\.safetensors: emb_l\.25\.weight\.mixed\.rows\d: expected finite scales and minima/,
  );

  // A kept row without its blocks: the last bits of the file are those of a table.
  const damaged = readFileSync(sparse);
  damaged[damaged.length - 1]! ^= 1;
  writeFileSync(sparse, damaged);
  expectFailure(
    dlrm('evaluate', '--processed-data-file', data, '--model-path', sparse, '--quiet'),
    1,
    /^error: [^\n]*sparse\.safetensors: emb_l\.25\.weight\.compressed: expected \d+ values for \d+ kept blocks/,
  );

  const onnx = join(folder, 'model.onnx');
  expect(dlrm('export', '--model-path', model, '--output', onnx).stderr).toBe(`wrote ${onnx}\n`);
  expect(readFileSync(onnx).length).toBeGreaterThan(1_900_000);
});

test('convert refuses a flag that does not fit the model', async () => {
  const model = await Dlrm.create({ ...kaggleDlrmConfig, tableRows: counts }, { seed: 1 });
  const path = join(folder, 'dot.ckpt');
  await model.save(path);
  await model.dispose();
  const output = join(folder, 'flagged.safetensors');
  const convert = (...flags: string[]) => dlrm('convert', '--model-path', path, '--output', output, ...flags);
  expectFailure(
    convert('--arch-interaction-op', 'cat'),
    1,
    /^error: [^\n]*dot\.ckpt: --arch-interaction-op cat: config\.topMlp: expected the first width to be 432 .*, found 367\n$/,
  );
  expect(existsSync(output)).toBe(false);
  expect(convert('--arch-interaction-op', 'dot').status).toBe(0);
});

test('a training leaves the checkpoints of another one, and may have an output of a long name', () => {
  const place = mkdtempSync(join(folder, 'others-'));
  const other = '.model.npz.ckpt.0-320.safetensors';
  writeFileSync(join(place, other), '');
  const long = `${'x'.repeat(236)}.npz`;
  for (const name of ['model.npz', long]) {
    const files = ['--processed-data-file', data, '--save-model', join(place, name)];
    expect(dlrm('train', '--quiet', ...files, '--checkpoint-every', '4')).toMatchObject({
      status: 0,
      stderr: '',
    });
  }
  expect(readdirSync(place).sort()).toEqual([other, 'model.npz', long]);
});

test('the same seed trains the same model', () => {
  const files = ['a.npz', 'b.npz'].map((name) => join(folder, name));
  for (const file of files) {
    expect(dlrm('train', '--processed-data-file', data, '--save-model', file, '--quiet')).toEqual(
      expect.objectContaining({ status: 0, stdout: '', stderr: '' }),
    );
  }
  expect(readFileSync(files[0]!)).toEqual(readFileSync(files[1]!));
});

test('saves a sparsified copy with --sparsify-every-epoch', async () => {
  const [dense, sparse] = ['dense.npz', 'sparse.npz'].map((name) => join(folder, name)) as [string, string];
  const options = ['train', '--processed-data-file', data, '--epochs', '2', '--save-model'];
  expect(dlrm(...options, dense, '--quiet').status).toBe(0);
  const { status, stderr } = dlrm(
    ...[...options, sparse, '--sparsify-every-epoch', '--sparsity-level', '0.25', '--sparsity-gamma', '3'],
  );
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /sparsified at level 0\.25: 2\d\.\d\d %(.|\n)*sparsified at level 0\.75: 7\d\.\d\d %/,
  );
  const pruned = await loadCheckpoint(sparse);
  for (const [name, { data: values }] of Object.entries(await loadCheckpoint(dense))) {
    const kept = pruned[name]!.data;
    expect(kept.every((value, index) => value === values[index] || value === 0)).toBe(true);
    if (!name.startsWith('emb_l.')) expect(kept).toEqual(values);
  }
  expectFailure(
    dlrm(...options, sparse, '--sparsify-every-epoch', '--sparsity-level', '1.5'),
    2,
    "argument '1.5' is invalid. Expected a number from 0 to 1, found '1.5'.",
  );
  expectFailure(
    dlrm(...options, sparse, '--sparsify-every-epoch', '--sparsity-gamma', '-1'),
    2,
    "Expected a number of at least 0, found '-1'.",
  );
});

test('measures an engine', () => {
  const { stdout, status } = dlrm('engines', '--only', 'onnx:cpu');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^onnx:cpu +present +forward [\d.]+, training [\d.]+ thousand examples\/s +onnxruntime-node/,
  );
});

test('shows defaults and an example, and its version', () => {
  expect(dlrm('--help').stdout).toMatch(/Example:\n +dlrm train --processed-data-file/);
  expect(dlrm('train', '--help').stdout).toMatch(
    /--learning-rate.*\n.*\(default: 0\.1\)|--learning-rate.*default: 0\.1/,
  );
  expect(dlrm('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('trains and evaluates on other columns than Criteo has', async () => {
  const other = join(folder, 'other.npz');
  const tables = [24, 3, 5, 9];
  const ids = formula(3, rows * 4);
  await writeNpz(other, {
    X_cat: {
      data: Float64Array.from(ids, (x, place) => Math.floor(x * tables[place % 4]!)),
      shape: [rows, 4],
    },
    // As of rows without numbers.
    X_int: { data: new Int32Array(rows), shape: [rows, 1] },
    y: {
      data: Int32Array.from({ length: rows }, (_, row) => Number(ids[row * 4 + 2]! < 0.4)),
      shape: [rows],
    },
    counts: { data: Int32Array.from(tables), shape: [4] },
  });
  const model = join(folder, 'other.ckpt');
  const files = ['--processed-data-file', other, '--quiet'];
  const trained = dlrm('train', ...files, '--save-model', model, '--epochs', '20', '--mini-batch-size', '32');
  expect(trained).toMatchObject({ status: 0, stderr: '' });
  const state = await loadCheckpoint(model);
  expect(state['bot_l.0.weight']!.shape).toEqual([512, 1]);
  expect(state['top_l.0.weight']!.shape).toEqual([512, 16 + 10]);
  const { status, stdout } = dlrm('evaluate', ...files, '--json', '--model-path', model);
  expect(status).toBe(0);
  expect((JSON.parse(stdout) as { rocAuc: number }).rocAuc).toBeGreaterThan(0.9);
  expectFailure(
    dlrm('evaluate', '--quiet', '--processed-data-file', data, '--model-path', model),
    1,
    `${model}: expected 26 embedding tables, one for each categorical column of`,
  );
  const wider = join(folder, 'wider.npz');
  await writeNpz(wider, {
    ...(await readNpz(other)),
    X_int: { data: new Int32Array(2 * rows), shape: [rows, 2] },
  });
  expectFailure(
    dlrm('evaluate', '--quiet', '--processed-data-file', wider, '--model-path', model),
    1,
    `${model}: bot_l.0.weight: expected 2 inputs, one for each integer column of ${wider}, found 1`,
  );
});

it('refuses rows without labels', async () => {
  const unlabelled = join(folder, 'unlabelled.npz');
  await writeNpz(unlabelled, {
    X_cat: { data: new Float64Array(26), shape: [1, 26] },
    X_int: { data: new Int32Array(13), shape: [1, 13] },
    counts: { data: new Int32Array(26).fill(1), shape: [26] },
  });
  const model = join(folder, 'none.ckpt');
  expectFailure(
    dlrm('train', '--quiet', '--processed-data-file', unlabelled, '--save-model', model),
    1,
    `${unlabelled}: array "y": missing; rows without labels have no train split, they can only be predicted`,
  );
  expect(existsSync(model)).toBe(false);
});

describe('wrong input', () => {
  const evaluateWith = (model: string, file = data) =>
    dlrm('evaluate', '--quiet', '--processed-data-file', file, '--model-path', model);

  test('a model whose tables do not fit the data', async () => {
    const tableRows = counts.map((count, table) => (table === 7 ? count + 1 : count));
    const large = await Dlrm.create({ ...kaggleDlrmConfig, tableRows }, { seed: 1 });
    const path = join(folder, 'large.npz');
    await large.save(path);
    await large.dispose();
    const message = `error: ${path}: emb_l.7.weight: expected 4 rows, one for each value in ${data}, found 5`;
    expectFailure(evaluateWith(path), 1, message);

    const few = await Dlrm.create(
      { embeddingDim: 2, tableRows: [3], bottomMlp: [13, 2], topMlp: [3, 1] },
      { seed: 1 },
    );
    const fewPath = join(folder, 'few.npz');
    await few.save(fewPath);
    await few.dispose();
    expectFailure(evaluateWith(fewPath), 1, `${fewPath}: expected 26 embedding tables`);
  });

  test('a checkpoint that lacks a tensor, is cut short, or is not there', async () => {
    const path = join(folder, 'no-bias.npz');
    await writeNpz(path, { 'emb_l.0.weight': { data: new Float32Array(2), shape: [1, 2] } });
    expectFailure(evaluateWith(path), 1, `error: ${path}: bot_l.0.weight is missing`);

    const whole = join(folder, 'whole.ckpt');
    const model = await Dlrm.create({ ...kaggleDlrmConfig, tableRows: counts }, { seed: 1 });
    await model.save(whole);
    await model.dispose();
    const cut = join(folder, 'cut.ckpt');
    writeFileSync(cut, readFileSync(whole).subarray(0, 100_000));
    expectFailure(evaluateWith(cut), 1, `error: ${cut}: `);
    expectFailure(evaluateWith(join(folder, 'none.ckpt')), 1, join(folder, 'none.ckpt'));
  });

  test('a model whose scores are not numbers', async () => {
    const model = await Dlrm.create({ ...kaggleDlrmConfig, tableRows: counts }, { seed: 1 });
    const state = model.stateDict();
    await model.dispose();
    const path = join(folder, 'broken.ckpt');
    const output = join(folder, 'broken.csv');
    const ofBroken = ['--quiet', '--processed-data-file', data, '--model-path', path];
    state['bot_l.4.weight']!.data.fill(3e38);
    await saveCheckpoint(path, state);
    expectFailure(
      dlrm('evaluate', ...ofBroken),
      1,
      `error: ${path}: expected finite scores, found NaN although its values are finite`,
    );
    state['emb_l.3.weight']!.data[5] = NaN;
    await saveCheckpoint(path, state);
    const message = `error: ${path}: emb_l.3.weight: expected finite values, found NaN at position 5 of shape (5, 16)`;
    expectFailure(dlrm('evaluate', ...ofBroken), 1, message);
    expectFailure(dlrm('predict', ...ofBroken, '--output', output), 1, message);
    expect(existsSync(output)).toBe(false);
  });

  test('data that is cut short, empty or not there', () => {
    const cut = join(folder, 'cut.npz');
    writeFileSync(cut, readFileSync(data).subarray(0, 500));
    const model = join(folder, 'unwritten.ckpt');
    const trainOn = (file: string) =>
      dlrm('train', '--quiet', '--processed-data-file', file, '--save-model', model);
    expectFailure(trainOn(cut), 1, `error: ${cut}: `);
    writeFileSync(cut, '');
    expectFailure(trainOn(cut), 1, `error: ${cut}: `);
    expectFailure(trainOn(join(folder, 'none.npz')), 1, join(folder, 'none.npz'));
    expect(readdirSync(folder).filter((name) => name.includes('unwritten'))).toEqual([]);
  });

  test('an output that cannot be written: earlier files stay, nothing is left over', () => {
    const inFile = join(data, 'model.ckpt');
    expectFailure(
      dlrm('train', '--quiet', '--processed-data-file', data, '--save-model', inFile),
      1,
      `error: cannot write ${inFile}: a part of its path is a file, not a folder`,
    );
    const odd = join(folder, 'model.txt');
    expectFailure(
      dlrm('train', '--quiet', '--processed-data-file', data, '--save-model', odd),
      2,
      `${odd}: expected a checkpoint called .ckpt, .pt, .pth, .safetensors, .npz, found ".txt"`,
    );
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'model.npz'), { recursive: true });
    copyFileSync(data, join(taken, 'earlier.npz'));
    expectFailure(
      dlrm('train', '--quiet', '--processed-data-file', data, '--save-model', join(taken, 'model.npz')),
      1,
      `error: cannot write ${join(taken, 'model.npz')}`,
    );
    expect(readdirSync(taken).sort()).toEqual(['earlier.npz', 'model.npz']);
    const earlier = join(taken, 'earlier.npz');
    expectFailure(
      dlrm('train', '--quiet', '--processed-data-file', earlier, '--save-model', earlier),
      1,
      `error: cannot write ${earlier}: it is also an input, and would be lost`,
    );
    const counts = join(taken, 'counts.npz');
    writeFileSync(counts, 'day counts');
    expectFailure(
      dlrm(
        ...['train', '--quiet', '--processed-data-file', earlier],
        ...['--day-counts', counts, '--save-model', counts],
      ),
      1,
      `error: cannot write ${counts}: it is also an input, and would be lost`,
    );
    expect(readFileSync(counts, 'utf8')).toBe('day counts');
    expect(readFileSync(join(taken, 'earlier.npz'))).toEqual(readFileSync(data));
  });

  test('wrong usage', () => {
    expectFailure(
      dlrm('train', '--save-model', 'x.ckpt'),
      2,
      /required option '--processed-data-file <path>'/,
    );
    expectFailure(
      dlrm('evaluate', '--split', 'half'),
      2,
      /Expected train or test or validation or all, found 'half'/,
    );
    expectFailure(dlrm('evaluate', '--engine', 'abacus'), 2, /found 'abacus'/);
    expectFailure(dlrm('train', '--learning-rate', '0'), 2, /Expected a number above 0, found '0'/);
    expectFailure(dlrm('train', '--mini-batch-size', '0'), 2, /whole number of at least 1, found '0'/);
  });
});

test('a run leaves nothing outside of its output', () => {
  const home = mkdtempSync(join(folder, 'home-'));
  const places = ['HOME', 'USERPROFILE', 'XDG_CACHE_HOME', 'TMPDIR', 'TEMP', 'TMP'].map((name) => [
    name,
    home,
  ]);
  const env = { ...process.env, ...Object.fromEntries(places) };
  const model = join(folder, 'left-nothing.ckpt');
  const args = ['train', '--processed-data-file', data, '--save-model', model, '--engine', 'onnx:cpu'];
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', env });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('onnx:cpu') });
  expect(readdirSync(home, { recursive: true })).toEqual([]);
});

test('exports a model of projected rows: ONNX Runtime predicts what `dlrm predict` and `evaluate` do', async () => {
  const dense = join(folder, 'to-project.ckpt');
  const options = ['--processed-data-file', data, '--quiet'];
  expect(dlrm('train', ...options, '--save-model', dense).status).toBe(0);
  const tensors = await loadCheckpoint(dense);
  const tables: Record<string, MixedPrecisionTable> = {};
  for (const name of embeddingTableNames(tensors)) {
    const table = tensors[name]!;
    // A mean of zeros and the first two columns as directions; coefficients of 5 and 3 bits.
    const directions = Float32Array.from({ length: 3 * 16 }, (_, at) => Number(at === 16 || at === 33));
    const halves = (values: Iterable<number>) =>
      Uint8Array.from(Array.from(values, toFloat16).flatMap((half) => [half & 255, half >> 8]));
    const projection = {
      basis: halves(directions),
      kinds: [{ coefficientBits: [5, 3], steps: halves([0.02, 0.1]) }],
    };
    const bits = Uint8Array.from({ length: table.shape[0]! }, (_, row) => [128, 0, 8][row % 3]!);
    tables[name] = MixedPrecisionTable.fromDense({ table, bits, projection });
    Reflect.deleteProperty(tensors, name);
  }
  const projected = join(folder, 'projected.safetensors');
  await saveMixedCheckpoint(projected, { tables, tensors });

  const exported = join(folder, 'projected.onnx');
  expect(dlrm('export', '--model-path', projected, '--output', exported, '--quiet')).toMatchObject({
    status: 0,
    stderr: '',
  });
  const predictions = join(folder, 'projected.csv');
  expect(dlrm('predict', ...options, '--model-path', projected, '--output', predictions).status).toBe(0);
  const predicted = readFileSync(predictions, 'utf8').trim().split('\n').slice(1);
  const { X_cat: ids, X_int: integers, y: labels } = await readNpz(data);
  const session = await ort.InferenceSession.create(exported);
  const result = await session.run({
    dense: new ort.Tensor(
      'float32',
      Float32Array.from(integers!.data as Int32Array, (value) => Math.log(value + 1)),
      [rows, 13],
    ),
    ids: new ort.Tensor('int32', Int32Array.from(ids!.data as Float64Array), [rows, 26]),
  });
  await session.release();
  const probabilities = result['probabilities']!.data as Float32Array;
  expectClose(
    'probabilities',
    probabilities,
    predicted.map((line) => Number(line.split(',')[1])),
    1e-6,
  );
  expect(new Set(probabilities).size).toBeGreaterThan(100);

  const { stdout } = dlrm('evaluate', ...options, '--model-path', projected, '--split', 'all', '--json');
  const { rocAuc, logLoss } = binaryClassificationMetrics(
    Float32Array.from(labels!.data as Int32Array),
    probabilities,
  );
  const evaluated = JSON.parse(stdout) as { rocAuc: number; logLoss: number };
  expect(evaluated.rocAuc).toBeCloseTo(rocAuc!, 5);
  expect(evaluated.logLoss).toBeCloseTo(logLoss!, 5);
});

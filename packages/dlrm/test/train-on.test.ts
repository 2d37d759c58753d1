import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '../../test-support/src/built-file.js';
import { killOnceJournalled } from '../../test-support/src/kill-once-journalled.js';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { DataNormSparsifier, MixedPrecisionTable, SparseTable } from '@ds/data-sparsifier';
import { saveMixedCheckpoint } from '@ds/tensor-files';
import {
  embeddingTableNames,
  loadCheckpoint,
  saveCheckpoint,
  saveSparseCheckpoint,
  type StateDict,
} from '../src/index.js';
import { counts, rows, writeRows } from './written-rows.js';

const cli = builtFile(join(__dirname, '../dist/cli.js'));
let folder: string;
let data: string;
/** A model of one epoch, and the same pruned to 60 %. */
let dense: string;
let pruned: string;

function train(...args: string[]) {
  const fixed = ['train', '--processed-data-file', data, '--mini-batch-size', '64'];
  return spawnSync(process.execPath, [cli, ...fixed, ...args], { encoding: 'utf8' });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'train-on-'));
  data = join(folder, 'processed.npz');
  await writeRows(data);
  dense = join(folder, 'dense.ckpt');
  expect(train('--save-model', dense, '--quiet').status).toBe(0);
  const { tables, tensors } = await prunedTables(0.6);
  pruned = join(folder, 'pruned.safetensors');
  const sparse = Object.entries(tables).map(([name, table]) => [name, SparseTable.fromDense({ table })]);
  await saveSparseCheckpoint(pruned, {
    tables: Object.fromEntries(sparse) as Record<string, SparseTable>,
    tensors,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function prunedTables(level: number) {
  const tensors = await loadCheckpoint(dense);
  const sparsifier = new DataNormSparsifier({ sparsityLevel: level, sparseBlockShape: [1, 1] });
  const tables: StateDict = {};
  for (const name of embeddingTableNames(tensors)) {
    tables[name] = tensors[name]!;
    sparsifier.addData(name, tables[name]);
    Reflect.deleteProperty(tensors, name);
  }
  sparsifier.step();
  sparsifier.squashMask();
  return { tables, tensors };
}

function zerosOf({ data: values }: { data: Float32Array }): number[] {
  return [...values.keys()].filter((at) => values[at] === 0);
}

test('an epoch more of a checkpoint gives the bytes of one longer training', () => {
  const [longer, further] = [join(folder, 'longer.ckpt'), join(folder, 'further.ckpt')];
  expect(train('--save-model', longer, '--epochs', '2').status).toBe(0);
  // Epoch e is shuffled with seed + e.
  expect(train('--load-model', dense, '--save-model', further, '--seed', '2').status).toBe(0);
  expect(readFileSync(further)).toEqual(readFileSync(longer));
  expect(readFileSync(further)).not.toEqual(readFileSync(dense));
});

test('pruned values stay 0 with --hold-pruned, and all others of the used rows move', async () => {
  const before = await loadCheckpoint(pruned);
  const after = join(folder, 'held.ckpt');
  const { stderr, status } = train('--load-model', pruned, '--hold-pruned', '--save-model', after);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^(5\d|6\d)\.\d\d % of the table values are 0 and stay 0$/m);
  expect(stderr).toMatch(
    /26 compressed tables are trained and saved dense, \d+ bytes instead of \d+; compress-tables makes/,
  );
  const trained = await loadCheckpoint(after);
  const { data: ids } = (await readNpz(data))['X_cat']!;
  for (const [table, name] of embeddingTableNames(before).entries()) {
    const zeros = zerosOf(before[name]!);
    expect({ name, zeros: zerosOf(trained[name]!) }).toEqual({ name, zeros });
    const used = new Set(Array.from({ length: 6 * (rows / 7) }, (_, row) => Number(ids[row * 26 + table])));
    const still = [...before[name]!.data.keys()].filter(
      (at) => used.has(Math.floor(at / 16)) && before[name]!.data[at] === trained[name]!.data[at],
    );
    expect(still.filter((at) => before[name]!.data[at] !== 0).length).toBeLessThan(5);
  }
  expect(zerosOf(before['emb_l.2.weight']!).length).toBeGreaterThan(10);

  const free = join(folder, 'free.ckpt');
  expect(train('--load-model', pruned, '--save-model', free).status).toBe(0);
  const moved = await loadCheckpoint(free);
  expect(zerosOf(moved['emb_l.2.weight']!).length).toBeLessThan(5);
});

test('trains a model of mixed-precision rows further: rows that are not stored stay 0', async () => {
  const tensors = await loadCheckpoint(dense);
  const tables: Record<string, MixedPrecisionTable> = {};
  for (const name of embeddingTableNames(tensors)) {
    const table = tensors[name]!;
    const bits = Uint8Array.from({ length: table.shape[0]! }, (_, row) => [4, 0, 8][row % 3]!);
    tables[name] = MixedPrecisionTable.fromDense({ table, bits });
    Reflect.deleteProperty(tensors, name);
  }
  const mixed = join(folder, 'mixed.safetensors');
  await saveMixedCheckpoint(mixed, { tables, tensors });
  const after = join(folder, 'mixed-on.safetensors');
  const { status } = train('--load-model', mixed, '--hold-pruned', '--save-model', after);
  expect(status).toBe(0);
  const trained = await loadCheckpoint(after);
  for (const [name, table] of Object.entries(tables)) {
    expect(zerosOf(trained[name]!)).toEqual(zerosOf({ data: table.toDense() }));
    expect(trained[name]!.data).not.toEqual(table.toDense());
  }
});

test('tables that are tied in a PyTorch file train as copies of them do', async () => {
  const state = await loadCheckpoint(dense);
  const first = state['emb_l.0.weight']!;
  const trained = ['tied', 'copied'].map(async (name) => {
    const [start, output] = [join(folder, `${name}.ckpt`), join(folder, `${name}-trained.ckpt`)];
    const second = name === 'tied' ? first : structuredClone(first);
    await saveCheckpoint(start, { ...state, 'emb_l.5.weight': second });
    expect(train('--load-model', start, '--save-model', output, '--quiet').status).toBe(0);
    return readFileSync(output);
  });
  const [tied, copied] = (await Promise.all(trained)) as [Buffer, Buffer];
  expect(tied.equals(copied)).toBe(true);
});

test('a quotient-remainder table becomes one with a row for each id of the data', async () => {
  const state = await loadCheckpoint(dense);
  // Six rows, so that the last group of four is not whole.
  const { data: values } = state['emb_l.4.weight']!;
  Reflect.deleteProperty(state, 'emb_l.4.weight');
  state['emb_l.4.weight_q'] = { data: values.slice(0, 2 * 16), shape: [2, 16] };
  state['emb_l.4.weight_r'] = { data: values.slice(0, 4 * 16), shape: [4, 16] };
  const [start, output] = [join(folder, 'qr.safetensors'), join(folder, 'qr-trained.ckpt')];
  await saveCheckpoint(start, state, { metadata: { qr_operation: 'mult' } });
  expect(train('--load-model', start, '--save-model', output).status).toBe(0);
  expect((await loadCheckpoint(output))['emb_l.4.weight']!.shape).toEqual([6, 16]);
  const args = ['evaluate', '--quiet', '--processed-data-file', data, '--model-path', output];
  expect(spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('a killed one is continued to the same bytes, and its held values are those of the loaded model', async () => {
  const place = mkdtempSync(join(folder, 'resumed-'));
  const [model, other] = [join(place, 'model.ckpt'), join(place, 'other.ckpt')];
  const fixed = ['train', '--processed-data-file', data, '--mini-batch-size', '64'];
  const args = (output: string) => [
    ...['--load-model', pruned, '--hold-pruned', '--save-model', output],
    ...['--epochs', '3', '--checkpoint-every', '2'],
  ];
  expect(train(...args(other)).status).toBe(0);
  await killOnceJournalled([cli, ...fixed, ...args(model)], model);
  const continued = train(...args(model));
  expect(continued.stderr).toMatch(/^continuing after step \d+ of epoch [123]; --fresh starts over$/m);
  expect(continued.status).toBe(0);
  expect(readFileSync(model)).toEqual(readFileSync(other));
  expect(readdirSync(place).sort()).toEqual(['model.ckpt', 'other.ckpt']);
});

test('refuses what cannot be trained further, and writes nothing', async () => {
  const output = join(folder, 'never.ckpt');
  const failure = (...args: string[]) => {
    const { status, stderr } = train('--quiet', '--save-model', output, ...args);
    return { status, stderr: stderr.trim() };
  };
  const wrongUsage = failure('--hold-pruned');
  expect(wrongUsage).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--hold-pruned needs --load-model'),
  });
  expect(failure('--load-model', dense, '--arch-interaction-itself')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('expected no --load-model, which has its own interaction'),
  });
  expect(failure('--load-model', dense, '--hold-pruned')).toEqual({
    status: 1,
    stderr: `error: ${dense}: --hold-pruned: expected values of 0 in its tables, found none of ${16 * counts.reduce((a, b) => a + b)} values`,
  });
  const state = await loadCheckpoint(dense);
  const odd = join(folder, 'odd.npz');
  const [table] = embeddingTableNames(state);
  await writeNpz(odd, { ...state, [table!]: { data: new Float32Array(16 * 9), shape: [9, 16] } });
  expect(failure('--load-model', odd)).toEqual({
    status: 1,
    stderr: `error: ${odd}: emb_l.0.weight: expected 2 rows, one for each value in ${data}, found 9`,
  });
  expect(failure('--load-model', join(folder, 'none.ckpt')).stderr).toContain(join(folder, 'none.ckpt'));
  const { status, stderr } = train('--load-model', dense, '--save-model', dense);
  expect({ status, stderr: stderr.trim() }).toEqual({
    status: 1,
    stderr: `error: cannot write ${dense}: it is also an input, and would be lost`,
  });
  expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
});

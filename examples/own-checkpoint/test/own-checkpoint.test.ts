import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCheckpoint } from '@ds/dlrm';

const example = join(__dirname, '..');
const packages = join(example, '..', '..', 'packages');
const goldenRun = 'test-support/test/golden/original-run';
const model = join(packages, goldenRun, 'criteo_model.ckpt');
const torchRec = join(packages, 'tensor-files/test/golden/checkpoints/torchrec.pt');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-checkpoint-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(example, 'src', 'main.js'), ...args], { cwd: folder, encoding: 'utf8' });

const norms = (data: Float32Array) =>
  Array.from({ length: data.length / 4 }, (_, block) =>
    data.subarray(4 * block, 4 * block + 4).reduce((sum, value) => sum + Math.abs(value), 0),
  );

test('prunes the smallest blocks of each table, leaves all else, and prints what its README says', async () => {
  const { status, stdout, stderr } = run();
  expect([status, stderr]).toEqual([0, '']);
  const [before, after] = [await loadCheckpoint(model), await loadCheckpoint(join(folder, 'pruned.ckpt'))];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, { data, shape }] of Object.entries(before)) {
    const pruned = after[name]!;
    expect(pruned.shape).toEqual(shape);
    if (!name.startsWith('emb_l.')) {
      expect(pruned.data).toEqual(data);
      continue;
    }
    // Blocks of four lie one after another, since the rows have eight values.
    const order = norms(data)
      .map((norm, block) => ({ norm, block }))
      .sort((a, b) => a.norm - b.norm);
    const expected = data.slice();
    for (const { block } of order.slice(0, Math.round(0.9 * order.length)))
      expected.fill(0, 4 * block, 4 * block + 4);
    expect(pruned.data).toEqual(expected);
  }
  const readme = readFileSync(join(example, 'README.md'), 'utf8');
  const [shown] = [...readme.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text]) => text!.split('\n...\n'));
  // Another version of zlib may compress otherwise.
  const withoutGzip = (text: string) => text.replace(/, \d+ with gzip/g, '');
  expect(stdout).toContain(shown![0]);
  expect(withoutGzip(stdout)).toMatch(withoutGzip(shown![1]!));
});

test("prunes TorchRec's tables into another format, or the tensors that are named", async () => {
  const safetensors = join(folder, 'pruned.safetensors');
  const all = run('--model-path', torchRec, '--output', safetensors, '--sparsity-level', '0.5');
  expect([all.status, all.stderr]).toEqual([0, '']);
  const before = await loadCheckpoint(torchRec);
  const zeros = (data: Float32Array) => data.filter((value) => value === 0).length;
  // Tables of 2, 3 and 4 blocks; a half goes to the even number.
  const tables = Object.entries(await loadCheckpoint(safetensors)).filter(([name]) =>
    name.includes('.t_cat_'),
  );
  expect(tables.map(([, { data }]) => zeros(data))).toEqual([4, 8, 8]);

  const [first, second] = Object.keys(before).filter((name) => name.includes('.t_cat_'));
  const one = run(
    '--model-path',
    torchRec,
    '--output',
    'one.npz',
    '--table',
    second!,
    '--sparsity-level',
    '1',
  );
  expect(one.status).toBe(0);
  const after = await loadCheckpoint(join(folder, 'one.npz'));
  expect(after[first!]).toEqual(before[first!]);
  expect(after[second!]!.data.every((value) => value === 0)).toBe(true);
});

test.each([
  ['a missing file', ['--model-path', 'none.ckpt'], 1, /none\.ckpt: no such file/],
  [
    'no embedding tables',
    ['--model-path', join(packages, goldenRun, 'kaggleAdDisplayChallenge_processed.npz')],
    1,
    /processed\.npz: expected .*table/,
  ],
  [
    'an unknown table',
    ['--table', 'users'],
    1,
    /--table users: no such tensor; the tensors are emb_l\.0\.weight/,
  ],
  [
    'a level above 1',
    ['--sparsity-level', '90'],
    1,
    /sparsity level: expected a number from 0 to 1, found 90/,
  ],
  [
    'a shape that is none',
    ['--sparse-block-shape', '4'],
    1,
    /sparse block shape: expected two whole numbers/,
  ],
  ['another norm', ['--norm', 'L3'], 1, /norm: expected L1 or L2, found L3/],
  ['an unknown option', ['--level', '0.5'], 2, /'--level'/],
  ['an unknown format', ['--output', 'model.txt'], 1, /model\.txt: expected a checkpoint called/],
])('%s is one clear error, and nothing is written', (_, args, code, message) => {
  const { status, stdout, stderr } = run(...args);
  expect([status, stdout]).toEqual([code, '']);
  expect(stderr).toMatch(/^error: .*\n$/);
  expect(stderr).toMatch(message);
  expect(readdirSync(folder)).toEqual([]);
});

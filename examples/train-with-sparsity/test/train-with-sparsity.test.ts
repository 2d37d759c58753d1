import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { DataNormSparsifier } from '@ds/data-sparsifier';
import { Dlrm, embeddingTableNames } from '@ds/dlrm';
import { pruneInTraining } from '../src/prune-in-training';

const main = builtFile(join(__dirname, '..', 'dist', 'main.js'));
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

test('a copy of the last epoch is the model pruned after training; pruning in training is another one', () => {
  const { status, stdout, stderr } = run('--rows', '4000', '--epochs', '3', '--sparsity-level', '0.9');
  expect([status, stderr]).toEqual([0, '']);
  const [, ...lines] = stdout.trimEnd().split('\n');
  const after = lines.pop()!;
  const epochs = lines.map((line) => {
    const [epoch, level, ...cells] = line.trim().split(/ {2,}|(?<=^\d) +/);
    return { epoch: Number(epoch), level: Number(level), cells };
  });
  expect(epochs.map(({ epoch, level }) => [epoch, level])).toEqual([
    [1, 0.45],
    [2, 0.9],
    [3, 0.9],
  ]);
  const [, copy, inTraining] = epochs[2]!.cells;
  expect(after).toBe(`pruned after training, at 0.9: ${copy}`);
  // Until the end of the first epoch both trainings are the same.
  expect(epochs[0]!.cells[2]).toBe(epochs[0]!.cells[1]);
  expect(inTraining).not.toBe(copy);
  for (const { cells } of epochs) for (const cell of cells) expect(cell).toMatch(/^0\.\d{4} \/ 0\.\d{4}$/);
});

test('pruning in training leaves the schedule’s share of the smallest blocks in the model itself', async () => {
  const config = { embeddingDim: 8, tableRows: [50, 7], bottomMlp: [13, 8], topMlp: [11, 1] };
  const model = await Dlrm.create(config, { seed: 1 });
  try {
    const before = model.stateDict();
    const expected = embeddingTableNames(before).map((name) => {
      const table = { data: before[name]!.data.slice(), shape: before[name]!.shape };
      const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.75, sparseBlockShape: [1, 4] });
      sparsifier.addData(name, table).step();
      sparsifier.squashMask();
      return [name, table];
    });
    pruneInTraining((epoch) => 0.25 * epoch)({ epoch: 3, model });
    expect(model.stateDict()).toEqual({ ...before, ...Object.fromEntries(expected) });
    const zeros = model.stateDict()['emb_l.0.weight']!.data.filter((value) => value === 0);
    expect(zeros).toHaveLength(300);
  } finally {
    await model.dispose();
  }
});

test('a level that is none is one clear error', () => {
  const { status, stdout, stderr } = run('--sparsity-level', '80');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe('error: --sparsity-level: expected a number from 0 to 1, found 80\n');
});

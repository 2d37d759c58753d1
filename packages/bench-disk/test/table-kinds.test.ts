import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-models';
import { loadCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import { benchCommand, temporaryFolder } from '@ds/test-support';

const golden = join(__dirname, 'golden/table-kinds');
const { files } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as {
  files: Record<string, Record<string, { shape: number[]; values: number[] }>>;
};
const run = benchCommand('bench-disk');
const folder = temporaryFolder();
const grid = ['--sparsity-levels', '0.5', '--sparse-block-shapes', '1x4', '--norms', 'L1'];

async function dump(modelPath: string, options: readonly string[] = []) {
  const output = join(folder, 'metadata.csv');
  const paths = ['--model-path', modelPath, '--sparsified-model-dump-path', folder, '--output', output];
  const { status, stderr } = run([...paths, ...grid, ...options]);
  const [row] = status === 0 ? await readSparseModelMetadata(output) : [];
  const state = row ? await loadCheckpoint(row.path!) : {};
  return {
    status,
    row,
    state,
    notes: stderr.split('\n').filter((line) => !line.startsWith('pruned models')),
  };
}

describe('the tables that bench-disk prunes are those that the original prunes', () => {
  test.each(Object.keys(files))('matches PyTorch 2.15 on %s', async (file) => {
    const expected = files[file]!;
    const { state, row } = await dump(join(golden, file));
    let zeros = 0;
    for (const [name, { shape, values }] of Object.entries(expected)) {
      expect([name, state[name]]).toEqual([name, { shape, data: Float32Array.from(values) }]);
      zeros += values.filter((value) => value === 0).length;
    }
    expect(
      Object.keys(state)
        .filter((name) => name.includes('emb_l'))
        .sort(),
    ).toEqual(Object.keys(expected).sort());
    expect(row!.tables).toBe(Object.keys(expected).length);
    // Zeros of an earlier mask have the smallest norms, but may fill a block only in part.
    expect(row!.prunedValues).toBeLessThanOrEqual(zeros);
    if (!file.includes('masked') && file !== 'parametrised.pt') expect(row!.prunedValues).toBe(zeros);
  });

  test('says what it did to the names and to masks', async () => {
    const wrapped = join(golden, 'wrapped.pt');
    expect((await dump(wrapped)).notes).toContain(
      `${wrapped}: the prefix "module._orig_mod." of all names is removed`,
    );
    const masked = join(golden, 'masked.pt');
    const { state, notes } = await dump(masked);
    expect(notes).toContain(`${masked}: 2 masks stored next to weights are applied`);
    const stored = await loadCheckpoint(masked);
    const mask = stored['bot_l.0.weight_mask']!.data;
    expect(state['bot_l.0.weight']!.data).toEqual(
      stored['bot_l.0.weight_orig']!.data.map((value, i) => (mask[i] === 0 ? 0 : value)),
    );
  });
});

describe('a checkpoint whose tables have other names', () => {
  const matrix = (rows: number, dim: number) => ({
    data: Float32Array.from({ length: rows * dim }, (_, i) => i + 1),
    shape: [rows, dim],
  });
  const saved = async (state: Parameters<typeof saveCheckpoint>[1]) => {
    const path = join(folder, 'model.safetensors');
    await saveCheckpoint(path, state);
    return path;
  };

  test('is refused with the names of its two-dimensional tensors and the option', async () => {
    const path = await saved({ 'users.w': matrix(6, 4), 'items.w': matrix(5, 4), 'fc.bias': matrix(1, 4) });
    expect(await dump(path)).toMatchObject({
      status: 1,
      notes: [
        `error: ${path}: expected an embedding table, found the two-dimensional tensors users.w (6, 4), ` +
          'items.w (5, 4), fc.bias (1, 4); name the tables with --table <pattern>, such as "*embedding*"',
        '',
      ],
    });
    expect((await dump(path, ['--table', 'user'])).notes[0]).toContain(
      'expected a table that matches "user", found the two-dimensional tensors users.w (6, 4)',
    );
  });

  test('has those pruned that --table names, and the others named', async () => {
    const path = await saved({
      'users.w': matrix(8, 4),
      'items.w': matrix(4, 4),
      'my_table.w': matrix(2, 4),
    });
    const { state, row, notes } = await dump(path, ['--table', 'us*', '--table', 'items.?']);
    expect(notes).toEqual([expect.stringContaining('error:'), '']); // ? stands for itself
    expect([state, row]).toEqual([{}, undefined]);
    const pruned = await dump(path, ['--table', 'us*', '--table', 'it*w']);
    expect(pruned.row).toMatchObject({ tables: 2, prunedValues: 24 });
    expect(pruned.state['users.w']!.data).toEqual(
      matrix(8, 4).data.map((value) => (value <= 16 ? 0 : value)),
    );
    expect(pruned.state['my_table.w']).toEqual(matrix(2, 4));
    expect(pruned.notes).toEqual([`${path}: left out, though it may be a table: my_table.w`, '']);
  });

  test.each([NaN, -Infinity])('is refused by file and tensor for a value of %s', async (value) => {
    const layer = matrix(2, 3);
    layer.data[4] = value;
    const path = await saved({ 'emb_l.0.weight': matrix(2, 4), 'bot_l.0.weight': layer });
    expect((await dump(path)).notes).toEqual([
      `error: ${path}: bot_l.0.weight: expected finite values, found ${value} at position 4 of shape (2, 3)`,
      '',
    ]);
  });

  test('has a gap and a tall weight without a bias named', async () => {
    const path = await saved({
      'emb_l.0.weight': matrix(2, 4),
      'emb_l.2.weight': matrix(2, 4),
      'ids.weight': matrix(16, 4),
      'fc.weight': matrix(64, 4),
      'fc.bias': matrix(1, 64),
    });
    expect((await dump(path)).notes).toEqual([
      `${path}: emb_l.1 missing: the tables go up to emb_l.2`,
      `${path}: left out, though it may be a table: ids.weight`,
      '',
    ]);
  });
});

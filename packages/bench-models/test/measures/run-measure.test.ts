import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { readSparseModelMetadata, runMeasure, type Measure } from '../../src/index.js';

const root = temporaryFolder();

/** Measures the length of a model's path, in letters or in doubled letters. */
const pathLength: Measure<{ add: number }, { length: number; dlrmType: string }, 'once' | 'twice'> = {
  id: 'path length',
  columns: [
    { name: 'dlrm_type', cell: ({ dlrmType }) => dlrmType },
    { name: 'length', cell: ({ length }) => length },
  ],
  variants: ['once', 'twice'],
  async *rows(models, { add }) {
    for (const { model, variant } of models) {
      if (model.path!.endsWith('broken')) throw new Error(`${model.path}: no model`);
      const letters = model.path!.split('/').at(-1)!.length;
      yield { dlrmType: variant, length: add + (variant === 'twice' ? 2 : 1) * letters };
    }
  },
};

async function inputs(paths = ['a', 'bb', 'ccc']) {
  const folder = await mkdtemp(join(root, 'measure-'));
  const sparseModelMetadata = join(folder, 'metadata.csv');
  const lines = paths.map((path, level) => `L2,"(1, 4)",0.${level},1,1,${path}`);
  await writeFile(
    sparseModelMetadata,
    ['norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path', ...lines, ''].join('\n'),
  );
  return { folder, sparseModelMetadata, output: join(folder, 'lengths.csv') };
}

describe('runMeasure', () => {
  test('a file of another size than the CSV says is refused before the work, and so is a model twice', async () => {
    const { folder, sparseModelMetadata, output } = await inputs();
    const lines = (await readFile(sparseModelMetadata, 'utf8')).trim().split('\n');
    await writeFile(join(folder, 'a'), 'seven b');
    const withBytes = [`${lines[0]},bytes`, `${lines[1]},8`, `${lines[2]},`];
    const run = async (csv: string[]) => {
      await writeFile(sparseModelMetadata, csv.join('\n'));
      return runMeasure({ measure: pathLength, settings: { add: 0 }, sparseModelMetadata, output });
    };
    await expect(run(withBytes)).rejects.toThrow(
      `${join(folder, 'a')}: expected 8 bytes, as ${sparseModelMetadata} says, found 7: the file is of another run`,
    );
    expect(await run(withBytes.map((line) => line.replace(/,8$/, ',7')))).toHaveLength(4);
    await expect(run([...lines, lines[1]!])).rejects.toThrow(
      /expected each model once, found two rows of L2, blocks \(1, 4\), level 0$/,
    );
  });

  test('rows that the caller has read are not read again', async () => {
    const { sparseModelMetadata, output } = await inputs();
    const rows = await readSparseModelMetadata(sparseModelMetadata);
    await writeFile(sparseModelMetadata, 'no longer a CSV of models\n');
    const measured = await runMeasure({
      ...{ measure: pathLength, settings: { add: 0 }, sparseModelMetadata, output },
      rows,
      variants: ['once'],
    });
    expect(measured.map(({ length }) => length)).toEqual([1, 2, 3]);
  });

  test('writes all models in the first variant, then in the next, after the columns that name them', async () => {
    const { sparseModelMetadata, output } = await inputs();
    const progress: string[] = [];
    const rows = await runMeasure({
      measure: pathLength,
      settings: { add: 100 },
      sparseModelMetadata,
      output,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(await readFile(output, 'utf8')).toBe(
      [
        'norm,sparse_block_shape,sparsity_level,dlrm_type,length',
        'L2,"(1, 4)",0.0,once,101',
        'L2,"(1, 4)",0.1,once,102',
        'L2,"(1, 4)",0.2,once,103',
        'L2,"(1, 4)",0.0,twice,102',
        'L2,"(1, 4)",0.1,twice,104',
        'L2,"(1, 4)",0.2,twice,106',
        '',
      ].join('\n'),
    );
    expect(rows[5]).toEqual({
      norm: 'L2',
      sparseBlockShape: [1, 4],
      sparsityLevel: 0.2,
      dlrmType: 'twice',
      length: 106,
    });
    expect(progress).toEqual(['0/6', '1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  });

  test('measures in the sequence of the measure, and tells its progress between the rows', async () => {
    const { sparseModelMetadata, output } = await inputs();
    const progress: string[] = [];
    const measuredOrder: string[] = [];
    const byModel: typeof pathLength = {
      ...pathLength,
      sequence: (models) =>
        [...models.keys()].sort((a, b) => models[b]!.model.sparsityLevel! - models[a]!.model.sparsityLevel!),
      async *rows(models, settings, onProgress) {
        onProgress?.(1.5);
        for (const { model, variant } of models) measuredOrder.push(`${model.sparsityLevel} ${variant}`);
        yield* pathLength.rows(models, settings);
      },
    };
    const rows = await runMeasure({
      ...{ measure: byModel, settings: { add: 0 }, sparseModelMetadata, output },
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(measuredOrder).toEqual([
      ...['0.2 once', '0.2 twice', '0.1 once', '0.1 twice', '0 once', '0 twice'],
    ]);
    expect(rows.map(({ length }) => length)).toEqual([1, 2, 3, 2, 4, 6]);
    expect(progress.slice(0, 3)).toEqual(['0/6', '1/6', '1/6']);
  });

  test('measures the levels and variants that are wanted, and of these the rows of its part', async () => {
    const lengths = async (options: object) => {
      const { sparseModelMetadata, output } = await inputs();
      const files = { sparseModelMetadata, output };
      const rows = await runMeasure({ measure: pathLength, settings: { add: 0 }, ...files, ...options });
      return rows.map(({ length }) => length);
    };
    expect(await lengths({ sparsityLevels: [0, 0.2], variants: ['twice', 'once'] })).toEqual([1, 3, 2, 6]);
    expect(await lengths({ variants: ['twice'] })).toEqual([2, 4, 6]);
    expect(await lengths({ shard: { index: 2, count: 3 } })).toEqual([3, 2]);
    await expect(lengths({ sparsityLevels: [0.5] })).rejects.toThrow(
      /metadata\.csv: expected a model of sparsity level 0\.5, found 0, 0\.1, 0\.2/,
    );
  });

  test('a model that cannot be measured leaves nothing behind, and an earlier file as it was', async () => {
    const { folder, sparseModelMetadata, output } = await inputs(['a', 'broken']);
    const run = () => runMeasure({ measure: pathLength, settings: { add: 0 }, sparseModelMetadata, output });
    await expect(run()).rejects.toThrow(/broken: no model/);
    expect((await readdir(folder)).filter((name) => !name.endsWith('.journal'))).toEqual(['metadata.csv']);
    await writeFile(output, 'earlier');
    await expect(run()).rejects.toThrow(/broken: no model/);
    expect(await readFile(output, 'utf8')).toBe('earlier');
  });

  test('refuses an output that is one of its inputs', async () => {
    const { folder, sparseModelMetadata } = await inputs(['a']);
    const [model, data] = [join(folder, 'a'), join(folder, 'data.npz')];
    for (const path of [model, data]) await writeFile(path, 'not to be lost');
    for (const output of [sparseModelMetadata, model, data]) {
      const before = await readFile(output, 'utf8');
      await expect(
        runMeasure({
          ...{ measure: pathLength, settings: { add: 0 }, sparseModelMetadata, inputs: [data], output },
        }),
      ).rejects.toThrow(output);
      expect(await readFile(output, 'utf8')).toBe(before);
    }
  });

  test('a run after a model changed does not take rows of the earlier one', async () => {
    const { folder, sparseModelMetadata, output } = await inputs(['a', 'broken']);
    await writeFile(join(folder, 'a'), 'before');
    const measured: string[] = [];
    const measure: typeof pathLength = {
      ...pathLength,
      async *rows(models, settings) {
        for await (const row of pathLength.rows(models, settings)) {
          measured.push(row.dlrmType);
          yield row;
        }
      },
    };
    const run = () =>
      runMeasure({ measure, settings: { add: 0 }, sparseModelMetadata, output }).catch(() => undefined);
    await run();
    await run();
    expect(measured).toEqual(['once']); // kept in the journal
    await writeFile(join(folder, 'a'), 'changed');
    await run();
    expect(measured).toEqual(['once', 'once']);
  });

  test('of a model with codes, sparse tables are served only from a file of codes, which is known before the work', async () => {
    const { folder, sparseModelMetadata, output } = await inputs([]);
    const heading =
      'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path,sparse_path,method,bits';
    const run = async (sparsePath: string, variant: 'dense_tables' | 'sparse_tables') => {
      await writeFile(sparseModelMetadata, `${heading}\n,,,1,1,a,${sparsePath},rows-nearest,4\n`);
      const measure = {
        ...pathLength,
        variants: [variant],
        async *rows() {
          yield { dlrmType: variant, length: 1 };
        },
      };
      return runMeasure({ measure, settings: { add: 0 }, sparseModelMetadata, output });
    };
    expect(await run('', 'dense_tables')).toHaveLength(1);
    expect(await run('a.sparse', 'sparse_tables')).toHaveLength(1);
    await expect(run('', 'sparse_tables')).rejects.toThrow(
      `${join(folder, 'a')}: expected a file with compressed tables next to it, found only dense ones`,
    );
  });
});

import { timesPath } from '@ds/bench-models';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeResults } from '../../src/runs/merge-results.js';
import { inputs } from '../inputs.js';
import { withTemporaryFolder } from '../temporary-folder.js';

/** Deals the rows of a results file to `count` parts, as shards would, and merges what `change` leaves of them. */
async function dealAndMerge(
  file: string,
  {
    count = 3,
    like,
    change = (parts) => parts,
    nameOf = (index) => `part-${index}.csv`,
  }: {
    count?: number;
    like?: string;
    change?: (parts: string[][]) => string[][];
    nameOf?: (index: number) => string;
  } = {},
): Promise<{ rows: number; merged: string }> {
  return withTemporaryFolder(async (folder) => {
    const [header, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const dealt = Array.from({ length: count }, (_, part) => [
      header!,
      ...rows.filter((_, row) => row % count === part),
    ]);
    const paths: string[] = [];
    for (const [index, lines] of change(dealt).entries()) {
      paths.push(join(folder, nameOf(index)));
      await writeFile(paths[index]!, `${lines.join('\n')}\n`);
    }
    const output = join(folder, 'merged.csv');
    try {
      return {
        rows: await mergeResults({ parts: paths, output, like }),
        merged: await readFile(output, 'utf8'),
      };
    } catch (error) {
      await expect(access(output)).rejects.toThrow();
      throw error;
    }
  });
}

test.each(Object.entries(inputs))('the parts of %s make the whole again', async (name, file) => {
  // Kinds of tables and scores have no order of their own.
  const like = name === 'activationSparsity' ? file : undefined;
  const whole = await readFile(file, 'utf8');
  // With more parts than rows, some hold nothing but the column names.
  for (const count of [1, 3, 7, 200]) {
    const { rows, merged } = await dealAndMerge(file, { count, like });
    expect(merged).toBe(whole);
    expect(rows).toBe(whole.trimEnd().split('\n').length - 1);
  }
});

test('models of other methods are no grid and follow it', async () => {
  const whole = `norm,sparse_block_shape,sparsity_level,roc_auc,method,bits,ratio
L1,"(1, 4)",0.0,0.7,,,
L1,"(1, 4)",0.9,0.6,,,
,,,0.7,rows-nearest,8,
,,,0.69,mixed-precision,,56.0
`;
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'metrics.csv');
    await writeFile(file, whole);
    expect((await dealAndMerge(file, { count: 2 })).merged).toBe(whole);
  });
});

test('parts in any order give the same file', async () => {
  const { merged } = await dealAndMerge(inputs.forwardTimeInfo, { change: (parts) => parts.reverse() });
  expect(merged).toBe(await readFile(inputs.forwardTimeInfo, 'utf8'));
});

test('a missing row is an error that names it', async () => {
  const change = ([first, ...others]: string[][]) => [first!.filter((_, line) => line !== 2), ...others];
  await expect(dealAndMerge(inputs.sparseModelMetrics, { change })).rejects.toThrow(
    /missing row: norm L1, block shape \(1, 1\), sparsity level 0\.3 is in none of .*part-0\.csv/,
  );
});

test('a missing part is an error even where its rows are all of one model type', async () => {
  // As shards deal them: consecutive rows, so that the last parts hold the dense rows only.
  const [header, ...rows] = (await readFile(inputs.forwardTimeInfo, 'utf8')).trimEnd().split('\n');
  const isSparse = (row: string) => row.includes(',with_torch_sparse');
  const parts = [rows.filter(isSparse), rows.filter((row) => !isSparse(row))];
  const change = () => parts.map((lines) => [header!, ...lines]);
  const nameOf = (index: number) => `times.${index + 1}-of-2.csv`;
  const whole = await dealAndMerge(inputs.forwardTimeInfo, { change, nameOf });
  expect(whole.merged).toBe(await readFile(inputs.forwardTimeInfo, 'utf8'));
  const first = () => change().slice(0, 1);
  await expect(dealAndMerge(inputs.forwardTimeInfo, { change: first, nameOf })).rejects.toThrow(
    'part 2 of 2: expected it once, found none',
  );
});

test('numbered parts are joined in the order of their numbers, whatever the order of their rows', async () => {
  const [header, ...rows] = (await readFile(inputs.sparseModelMetrics, 'utf8')).trimEnd().split('\n');
  const shuffled = [...rows.slice(40).reverse(), ...rows.slice(0, 40)];
  // Parts 1 to 11, the names of which do not sort as their numbers do.
  const parts = Array.from({ length: 11 }, (_, part) =>
    shuffled.slice(Math.floor((part * 60) / 11), Math.floor(((part + 1) * 60) / 11)),
  );
  const paths = parts.map((_, part) => part).sort((a, b) => (`${a + 1}` < `${b + 1}` ? -1 : 1));
  const { merged } = await dealAndMerge(inputs.sparseModelMetrics, {
    change: () => paths.map((part) => [header!, ...parts[part]!]),
    nameOf: (index) => `m.${paths[index]! + 1}-of-11.csv`,
  });
  expect(merged).toBe(`${[header, ...shuffled].join('\n')}\n`);
});

test('parts of another number of parts, or there twice, are refused', async () => {
  const named = (...names: string[]) =>
    dealAndMerge(inputs.sparseModelMetrics, { count: names.length, nameOf: (index) => names[index]! });
  await expect(named('m.1-of-2.csv', 'm.2-of-3.csv')).rejects.toThrow(
    /m\.2-of-3\.csv: expected one of 2 parts, like .*m\.1-of-2\.csv/,
  );
  await expect(named('m.1-of-2.csv', 'n.1-of-2.csv', 'm.2-of-2.csv')).rejects.toThrow(
    /part 1 of 2: expected it once, found .*m\.1-of-2\.csv and .*n\.1-of-2\.csv/,
  );
});

test('a part that is none of its number of parts is refused by its path', async () => {
  const named = (...names: string[]) =>
    dealAndMerge(inputs.sparseModelMetrics, { count: names.length, nameOf: (index) => names[index]! });
  await expect(named('m.1-of-2.csv', 'm.2-of-2.csv', 'm.3-of-2.csv')).rejects.toThrow(
    /m\.3-of-2\.csv: expected a part from 1 to 2, found part 3$/,
  );
  await expect(named('m.0-of-2.csv', 'm.1-of-2.csv', 'm.2-of-2.csv')).rejects.toThrow(
    /m\.0-of-2\.csv: expected a part from 1 to 2, found part 0$/,
  );
  await expect(named('m.1-of-0.csv')).rejects.toThrow(
    /m\.1-of-0\.csv: expected a part from 1 to 0, found part 1$/,
  );
});

test('block shapes are in the order of their numbers', async () => {
  const shapesOf = (lines: readonly string[]) => [...new Set(lines.map((line) => /\(.*\)/.exec(line)?.[0]))];
  const change = (parts: string[][]) =>
    parts.map((lines) => lines.map((line) => line.replace('(1, 1)', '(1, 16)')));
  const { merged } = await dealAndMerge(inputs.sparseModelMetrics, { change });
  const shapes = shapesOf(merged.trimEnd().split('\n').slice(1));
  expect(shapes).toContain('(1, 16)');
  const columns = (shape: string | undefined) => Number(/(\d+)\)/.exec(shape!)![1]);
  expect(shapes.map(columns)).toEqual(shapes.map(columns).sort((a, b) => a - b));
});

test('parts without any row', async () => {
  const change = (parts: string[][]) => parts.map(([header]) => [header!]);
  await expect(dealAndMerge(inputs.sparseModelMetrics, { change })).rejects.toThrow(
    /expected rows in .*part-0\.csv, .*part-2\.csv, found none/,
  );
});

test('a level that no part has is missed by the list of models', async () => {
  const change = (parts: string[][]) =>
    parts.map((lines) => lines.filter((line) => !line.includes('",0.95,')));
  await expect(
    dealAndMerge(inputs.sparseModelMetrics, { change, like: inputs.sparseModelMetadata }),
  ).rejects.toThrow('missing row: norm L1, block shape (1, 1), sparsity level 0.95');
});

test('a doubled row is an error that names both places', async () => {
  const change = ([first, second, ...others]: string[][]) => [first!, [...second!, first![1]!], ...others];
  await expect(dealAndMerge(inputs.sparseModelMetadata, { change })).rejects.toThrow(
    /part-1\.csv line 22: expected each row once, found norm L1, block shape \(1, 1\), sparsity level 0\.0 also in .*part-0\.csv line 2/,
  );
});

test('parts of different models are refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const parts = ['0.0', '1.0'].map((level) => join(folder, `${level}.csv`));
    for (const [index, part] of parts.entries()) {
      const text = `norm,sparse_block_shape,sparsity_level,source_sha256\nL1,"(1, 4)",${index}.0,${`${index}`.repeat(64)}\n`;
      await writeFile(part, text);
    }
    await expect(mergeResults({ parts, output: join(folder, 'merged.csv') })).rejects.toThrow(
      `${parts[1]} line 2: expected source_sha256 000000000000..., as in ${parts[0]} line 2, found 111111111111...: ` +
        'parts of different models',
    );
  });
});

test('parts with other columns are refused', async () => {
  const change = ([first, [, ...rows] = [], ...others]: string[][]) => [
    first!,
    ['norm,sparse_block_shape,sparsity_level,a,b,c,d,e,f', ...rows],
    ...others,
  ];
  await expect(dealAndMerge(inputs.sparseModelMetrics, { change })).rejects.toThrow(
    /part-1\.csv line 1: expected the columns of .*part-0\.csv/,
  );
});

test('parts of sparse activations: by type, tables, score and level, none of which is missing', async () => {
  const { merged } = await dealAndMerge(inputs.activationSparsity);
  const keys = merged
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(0, 4).join());
  expect(keys).toEqual(
    ['masked', 'folded', 'folded_means'].flatMap((type) =>
      ['block-norm-0.9', 'dense', 'mixed-precision-12x'].flatMap((tables) =>
        ['curvature-about-mean', 'wanda'].flatMap((score) =>
          ['0.0', '0.5', '0.9'].map((level) => [tables, score, level, type].join()),
        ),
      ),
    ),
  );
  const change = ([first, ...others]: string[][]) => [first!.slice(0, -1), ...others];
  await expect(dealAndMerge(inputs.activationSparsity, { change })).rejects.toThrow(
    /missing row: tables \S+, score \S+, sparsity level 0\.\d, (masked|folded|folded_means) is in none of/,
  );
});

const timesHeader = 'norm,sparse_block_shape,sparsity_level,seconds';

/** Two parts of one model each, with their times beside them. */
async function partsWithTimes(folder: string): Promise<string[]> {
  const names = ['rows.1-of-2.csv', 'rows.2-of-2.csv'];
  const parts = names.map((name) => join(folder, 'parts', name));
  await mkdir(join(folder, 'parts'));
  for (const [index, part] of parts.entries()) {
    const model = `L1,"(1, 1)",0.${index}`;
    await writeFile(part, `norm,sparse_block_shape,sparsity_level,path\n${model},models/${index}.zip\n`);
    await writeFile(timesPath(part), `${timesHeader}\n${model},${index + 1}\n`);
  }
  return parts;
}

test('times beside the parts are merged too, and relative paths stay those of the same files', () =>
  withTemporaryFolder(async (folder) => {
    const parts = await partsWithTimes(folder);
    const output = join(folder, 'rows.csv');
    // As a shell gives them for parts/*.csv.
    expect(await mergeResults({ parts: [...parts, ...parts.map(timesPath)], output })).toBe(2);
    expect(await readFile(output, 'utf8')).toBe(
      'norm,sparse_block_shape,sparsity_level,path\n' +
        'L1,"(1, 1)",0.0,parts/models/0.zip\nL1,"(1, 1)",0.1,parts/models/1.zip\n',
    );
    expect(await readFile(timesPath(output), 'utf8')).toBe(
      'norm,sparse_block_shape,sparsity_level,seconds\nL1,"(1, 1)",0.0,1\nL1,"(1, 1)",0.1,2\n',
    );
    await rm(timesPath(parts[1]!));
    await expect(mergeResults({ parts, output })).rejects.toThrow(
      `expected the times of every part, found no ${timesPath(parts[1]!)}`,
    );
  }));

test.each([
  [
    '',
    /rows\.2-of-2\.csv line 2: expected times of norm L1, .* level 0\.1 in .*rows_times\.2-of-2\.csv, found none/,
  ],
  [
    'L1,"(1, 1)",0.1,2\nL1,"(1, 1)",0.2,3\n',
    /rows_times\.2-of-2\.csv line 3: norm L1, .* 0\.2 is in none of .*rows\.1-of-2\.csv/,
  ],
])('times of other rows than the parts have are refused, and nothing is written: %j', (lines, message) =>
  withTemporaryFolder(async (folder) => {
    const parts = await partsWithTimes(folder);
    const like = join(folder, 'like.csv');
    await writeFile(like, `${timesHeader}\nL1,"(1, 1)",0.0,1\nL1,"(1, 1)",0.1,1\n`);
    await writeFile(timesPath(parts[1]!), `${timesHeader}\n${lines}`);
    const output = join(folder, 'rows.csv');
    for (const settings of [{ like }, {}]) {
      await expect(mergeResults({ parts, output, ...settings })).rejects.toThrow(message);
      expect((await readdir(folder)).sort()).toEqual(['like.csv', 'parts']);
    }
  }),
);

test('times are in the order of the rows that they are of', () =>
  withTemporaryFolder(async (folder) => {
    const part = join(folder, 'rows.1-of-1.csv');
    const models = ['L1,"(1, 1)",0.0', 'L1,"(1, 1)",0.1'];
    const lines = models.map((model) => `${model},1`);
    await writeFile(part, `${[timesHeader, ...lines].join('\n')}\n`);
    await writeFile(timesPath(part), `${[timesHeader, ...lines.toReversed()].join('\n')}\n`);
    const output = join(folder, 'rows.csv');
    await mergeResults({ parts: [part], output });
    expect(await readFile(timesPath(output), 'utf8')).toBe(await readFile(output, 'utf8'));
  }));

test('the times of an earlier merge are not left beside rows that have none', () =>
  withTemporaryFolder(async (folder) => {
    const parts = await partsWithTimes(folder);
    const output = join(folder, 'rows.csv');
    await mergeResults({ parts, output });
    const before = await readFile(output, 'utf8');
    for (const part of parts) {
      await rm(timesPath(part));
      await writeFile(part, (await readFile(part, 'utf8')).replace('models', 'others'));
    }
    await expect(mergeResults({ parts, output })).rejects.toThrow(
      `${timesPath(output)}: expected none, as the parts have no times, found that of an earlier merge; remove it first`,
    );
    expect(await readFile(output, 'utf8')).toBe(before);
  }));

test('a part is not overwritten by the times of the output', () =>
  withTemporaryFolder(async (folder) => {
    const [first, second] = await partsWithTimes(folder);
    const named = join(folder, 'parts', 'all_times.csv');
    await rename(second!, named);
    await rename(timesPath(second!), timesPath(named));
    const output = join(folder, 'parts', 'all.csv');
    await expect(mergeResults({ parts: [first!, named], output })).rejects.toThrow(
      `cannot write ${named}: it is also an input, and would be lost`,
    );
  }));

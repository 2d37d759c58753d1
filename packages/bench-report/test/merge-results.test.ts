import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeResults } from '../src/merge-results.js';
import { inputs } from './inputs.js';
import { withTemporaryFolder } from './temporary-folder.js';

/** Deals the rows of a results file to `count` parts, as shards would, and merges what `change` leaves of them. */
async function dealAndMerge(
  file: string,
  {
    count = 3,
    like,
    change = (parts) => parts,
  }: { count?: number; like?: string; change?: (parts: string[][]) => string[][] } = {},
): Promise<{ rows: number; merged: string }> {
  return withTemporaryFolder(async (folder) => {
    const [header, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const dealt = Array.from({ length: count }, (_, part) => [
      header!,
      ...rows.filter((_, row) => row % count === part),
    ]);
    const paths: string[] = [];
    for (const [index, lines] of change(dealt).entries()) {
      paths.push(join(folder, `part-${index}.csv`));
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

test.each(Object.entries(inputs))('the parts of %s make the whole again', async (_, file) => {
  const whole = await readFile(file, 'utf8');
  for (const count of [1, 3, 7]) {
    const { rows, merged } = await dealAndMerge(file, { count });
    expect(merged).toBe(whole);
    expect(rows).toBe(whole.trimEnd().split('\n').length - 1);
  }
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

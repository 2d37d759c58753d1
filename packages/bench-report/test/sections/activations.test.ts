import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activationsSection } from '../../src/sections/activations/activations-section.js';
import { inputs } from '../inputs.js';
import { withTemporaryFolder } from '../temporary-folder.js';

/** The section for the lines of `activation_sparsity.csv` that `keep` keeps, changed by `change`. */
async function readRows(change: (lines: string[]) => string[] = (lines) => lines) {
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, 'activations.csv');
    const lines = (await readFile(inputs.activationSparsity, 'utf8')).trimEnd().split('\n');
    await writeFile(path, change(lines).join('\n'));
    return activationsSection.read(path);
  });
}

test('charts have a panel for each kind of tables, and a line for each score or way to run the model', async () => {
  const rows = await readRows();
  expect(rows).toHaveLength(54);
  const [auc, time] = activationsSection.charts(rows);
  const tables = ['tables: dense', 'tables: block-norm-0.9', 'tables: mixed-precision-12x'];
  expect(auc!.panels.map(({ title }) => title)).toEqual(tables);
  expect(auc!.panels[1]!.lines.map(({ name, dashed }) => [name, dashed])).toEqual([
    ['wanda', false],
    ['curvature-about-mean', false],
    ['wanda, without means', true],
    ['curvature-about-mean, without means', true],
  ]);
  const rowOf = (level: number, type: string) =>
    rows.find(
      (row) =>
        row.tables === 'mixed-precision-12x' &&
        row.score === 'curvature-about-mean' &&
        row.sparsityLevel === level &&
        row.dlrmType === type,
    )!;
  expect(auc!.panels[2]!.lines[1]!.points).toEqual(
    [0, 0.5, 0.9].map((place) => {
      const { rocAuc: value, rocAucChange } = rowOf(place, 'folded_means');
      return { place, value, details: [`change ${(1e4 * rocAucChange!).toFixed(2)}e-4`] };
    }),
  );
  const { rocAuc, rocAucChange } = rowOf(0.5, 'masked');
  expect(auc!.reference!.value).toBeCloseTo(rocAuc! - rocAucChange!, 9);
  expect(time!.panels.map(({ title }) => title)).toEqual(tables);
  expect(time!.panels[0]!.lines.map(({ name }) => name)).toEqual(['masked', 'folded', 'folded with means']);
  // Between the two scores' shares of the dense model's time.
  const shares = rows
    .filter((row) => row.tables === 'dense' && row.dlrmType === 'folded' && row.sparsityLevel === 0.5)
    .map(({ speedup }) => 100 / speedup!);
  expect(time!.panels[0]!.lines[1]!.points[1]).toEqual({
    place: 0.5,
    value: (shares[0]! + shares[1]!) / 2,
  });
});

test('every row is in the table, and the note says how it was measured', async () => {
  const rows = await readRows();
  const { table } = activationsSection.tables(rows)[0]!;
  expect(table.rows).toHaveLength(54);
  for (const row of table.rows) expect(row).toHaveLength(table.headings.length);
  expect(table.rows.at(-1)!.slice(0, 4)).toEqual([
    'mixed-precision-12x',
    'curvature-about-mean',
    '0.9',
    'folded with means',
  ]);
  expect(activationsSection.notes(rows)).toMatch(
    /\(201 rows\) passes .* 3 times each, the first not counted/,
  );
});

test('charts and the note say which inputs lost columns', async () => {
  const described = async (layers: string) => {
    const rows = await readRows((lines) =>
      lines.map((line, at) => `${line},${at === 0 ? 'layers' : layers}`),
    );
    const [auc, time] = activationsSection.charts(rows);
    return { labels: [auc!.levelLabel, time!.levelLabel], note: activationsSection.notes(rows) };
  };
  const z = await described('top_l.0');
  expect(z.labels).toEqual(Array(2).fill('Sparsity level (fraction of the columns of z dropped)'));
  expect(z.note).toMatch(/^Columns of z are dropped/);
  const both = await described('top_l.0+top_l.2');
  expect(both.labels).toEqual(
    Array(2).fill('Sparsity level (fraction of the columns of the inputs of top_l.0, top_l.2 dropped)'),
  );
  expect(both.note).toMatch(/^Columns of the inputs of top_l.0, top_l.2 are dropped/);
});

test('no chart of ROC AUC where the labels are all equal, and a dash in the table', async () => {
  const rows = await readRows((lines) => {
    const columns = lines[0]!.split(',');
    const undefinedOnes = [
      'roc_auc',
      'log_loss',
      'roc_auc_change',
      'roc_auc_change_error',
      'log_loss_change',
    ];
    return lines.map((line, at) =>
      line
        .split(',')
        .map((cell, column) => (at > 0 && undefinedOnes.includes(columns[column]!) ? '' : cell))
        .join(),
    );
  });
  expect(activationsSection.charts(rows).map(({ id }) => id)).toEqual(['activation-time']);
  expect(activationsSection.tables(rows)[0]!.table.rows[0]![7]).toBe('–');
});

test('a row that is there twice, and a cell that holds something else', async () => {
  await expect(readRows((lines) => [...lines, lines[1]!])).rejects.toThrow(
    /expected each model once, found two rows of tables dense, score wanda, level 0, masked$/,
  );
  await expect(readRows(([header, first]) => [header!, first!.replace(/,3$/, ',1')])).rejects.toThrow(
    /line 2: runs: expected a whole number of at least 2, found '1'/,
  );
});

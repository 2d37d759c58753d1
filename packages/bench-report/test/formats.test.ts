import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createReport } from '../src/index.js';
import { inputs } from './inputs.js';
import { withTemporaryFolder } from './temporary-folder.js';

const runInfo = {
  settings: { 'Rows & seed': '12_000 | 1' },
  machine: { Cores: '2' },
  notes: ['100 % *new*'],
};

async function reportIn(format: string): Promise<string> {
  let text = '';
  await withTemporaryFolder(async (outputDir) => {
    const { reportFile } = await createReport({ ...inputs, outputDir, runInfo, format });
    text = await readFile(reportFile, 'utf8');
  });
  return text;
}

test('JSON has every value of the CSV files as it was read', async () => {
  const { sections, ...facts } = JSON.parse(await reportIn('json'));
  expect(facts).toEqual(runInfo);
  expect(sections.map(({ id }: { id: string }) => id)).toEqual([
    'size',
    'quality',
    'forward',
    'memory',
    'activations',
  ]);
  const [header, first] = (await readFile(inputs.sparseModelMetrics, 'utf8')).split('\n');
  const rocAuc = first!.replace(/"[^"]*"/, '').split(',')[header!.split(',').indexOf('roc_auc')];
  expect(sections[1].rows).toHaveLength(60);
  expect(sections[1].rows[0].rocAuc).toBe(Number(rocAuc));
});

test('Markdown has every chart and row, and text as it stands', async () => {
  const text = await reportIn('markdown');
  expect(text.match(/!\[.*\]\([a-z-]+\.svg\)/g)).toHaveLength(8);
  expect(text).toContain('| Rows & seed | 12\\_000 \\| 1 |');
  expect(text).toContain('- 100 % \\*new\\*');
  // Level 0.9 of L1 in blocks of (1, 4), from the original's run.
  expect(text).toMatch(/\| L1 +\| \(1, 4\) +\| +0\.9 \| +2\.44 MiB \|/);
  const rowsOf = (title: string) =>
    text
      .split(`### ${title}`)[1]!
      .split('\n\n')[1]!
      .split('\n')
      .filter((line) => line.startsWith('|')).length - 2;
  expect(rowsOf('Quality on the test set')).toBe(60);
});

test('LaTeX has a table for each measure, every row with as many cells as columns', async () => {
  const text = await reportIn('latex');
  const tables = text.split('\\begin{longtable}').slice(1);
  expect(tables).toHaveLength(6);
  for (const table of tables) {
    const columns = /^\{@\{\}([lr]+)@\{\}\}/.exec(table)![1]!.length;
    const lines = table.split('\n').filter((line) => line.includes(' & '));
    for (const line of lines) {
      expect(line.split(' & ')).toHaveLength(columns);
      expect(line.endsWith(' \\\\')).toBe(true);
      expect(line.replace(/\\[%$&#_]/g, '').replace(/\$\\[a-z]+\$/g, '')).not.toMatch(/[%$#_~^≈×]/);
    }
  }
});

test('one form at a time lies in the folder; a form that is none is refused before anything is written', async () => {
  await withTemporaryFolder(async (outputDir) => {
    for (const format of ['html', 'json', 'markdown', 'latex', 'html']) {
      const { reportFile } = await createReport({ ...inputs, outputDir, format });
      const reports = (await readdir(outputDir)).filter((name) => name.startsWith('report.'));
      expect(reports).toEqual([basename(reportFile)]);
    }
    const refused = createReport({ ...inputs, outputDir: join(outputDir, 'other'), format: 'pdf' });
    await expect(refused).rejects.toThrow('format: expected one of html, json, markdown, latex, found pdf');
    expect(await readdir(outputDir)).not.toContain('other');
  });
});

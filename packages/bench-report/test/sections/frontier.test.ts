import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReport } from '../../src/index.js';
import { frontierCsv, frontierLine as line, frontierLines as lines } from '../frontier-csv.js';
import { inputs } from '../inputs.js';
import { withTemporaryFolder } from '../temporary-folder.js';

/** A report of these lines next to a run of the original. */
function report(rows: readonly string[], options: Partial<Parameters<typeof createReport>[0]> = {}) {
  return withTemporaryFolder(async (folder) => {
    const compressionFrontier = join(folder, 'frontier.csv');
    await writeFile(compressionFrontier, frontierCsv(rows));
    const { sparseModelMetadata } = inputs;
    const made = await createReport({
      sparseModelMetadata,
      compressionFrontier,
      outputDir: folder,
      ...options,
    });
    return {
      ...made,
      text: await readFile(made.reportFile, 'utf8'),
      svg: await readFile(join(folder, 'frontier.svg'), 'utf8'),
    };
  });
}

test('begins with the smallest model within the bound, chosen on the validation split, and its file', async () => {
  const { text, answer } = await report(lines);
  expect(answer).toContain(
    'loses at most 0.1 % of its ROC AUC has tables 56.1 times smaller than in float32: mixed precision, 56',
  );
  expect(answer).toMatch(/change of ROC AUC {2}-0\.8e-4 \(95 %: -1\.8 to 0\.2\), on the test split/);
  expect(answer).toContain('Dlrm.load("/b/model.safetensors")');
  expect(text.indexOf('56.1 times smaller')).toBeGreaterThan(text.indexOf('<h1>'));
  expect(text.indexOf('56.1 times smaller')).toBeLessThan(text.indexOf('class="lead"'));
  const looser = await report(lines, { maxAucLoss: 0.01 });
  expect(looser.answer).toContain(
    'tables 305 times smaller than in float32: mixed precision, 300 times smaller',
  );
  const stricter = await report(lines.slice(1), { maxAucLoss: 1e-5 });
  expect(stricter.answer).toContain('No model loses at most 0.001 % of its ROC AUC');
});

test('stands right below the answer, before the summary of the grid', async () => {
  const { text } = await report(lines);
  const places = ['aria-label="The answer"', 'id="section-frontier"', 'id="summary"', 'id="section-size"'];
  const found = places.map((place) => text.indexOf(place));
  expect(Math.min(...found)).toBeGreaterThan(0);
  expect(found).toEqual([...found].sort((a, b) => a - b));
});

test('draws a line for each method, the lines of MLPerf and the answer', async () => {
  const { svg, chartFiles } = await report(lines);
  expect(chartFiles.map((path) => path.split('/').at(-1))).toEqual(['size.svg', 'frontier.svg']);
  for (const text of [
    'per table: L1, blocks (1, 4)',
    'mixed precision',
    'MLPerf, 99.9 % of the ROC AUC: 8.0',
  ]) {
    expect(svg).toContain(text);
  }
  expect(svg).toContain('MLPerf, 99 %: 80');
  expect(svg).toContain('smallest within the bound');
  expect(svg).toMatch(
    /<desc[^>]*>[^<]*mixed precision: 0\.205 KiB at a change of -3\.0e-4 to 1\.11 KiB at -0\.8e-4/,
  );
});

test('the table has every model with the digits that its interval leaves, and several seeds as mean and spread', async () => {
  const { text } = await report(lines, { format: 'markdown' });
  const row = text.split('\n').find((one) => / 56\.0 /.test(one))!;
  expect(row.split('|').map((cell) => cell.trim())).toEqual(
    expect.arrayContaining([
      'Mixed precision',
      '100',
      '1.14',
      '56.1',
      '0.7999',
      '-0.8',
      '-1.8',
      '0.2',
      '10.0',
      '20.0',
      '1.50',
    ]),
  );
  expect(text).not.toContain('spread');
  const second = line({
    model: 'mixed-precision,,,,,,56.0',
    bytes: 1140,
    change: -1.8e-4,
    wanted: '56.0',
    seed: 2,
  });
  const seeds = await report([...lines, second], { format: 'markdown' });
  const mean = seeds.text.split('\n').find((one) => / 56\.0 /.test(one))!;
  expect(mean.split('|').map((cell) => cell.trim())).toEqual(expect.arrayContaining(['-1.3', '2', '0.71']));
  expect(seeds.text).toContain('means over 2 seeds');
});

test('the JSON has the answer and every value as it was read', async () => {
  const { text } = await report(lines, { format: 'json' });
  const { sections } = JSON.parse(text) as {
    sections: { id: string; answer?: { best: object }; rows?: object[] }[];
  };
  const frontier = sections.find(({ id }) => id === 'frontier')!;
  expect(frontier.answer!.best).toMatchObject({ ratio: 56, tableBytes: 1140, path: '/b/model.safetensors' });
  expect(frontier.rows![3]).toMatchObject({ ratio: 300, aucChange: -3e-4, validationAucChange: -9e-4 });
});

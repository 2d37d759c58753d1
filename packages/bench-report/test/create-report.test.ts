import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReport } from '../src/index.js';
import { inputs } from './inputs.js';
import { withTemporaryFolder } from './temporary-folder.js';

// Of the models of the grid.
const gridCharts = [
  'accuracy.svg',
  'forward-time.svg',
  'log-loss.svg',
  'memory.svg',
  'roc-auc.svg',
  'size.svg',
];
const allCharts = ['activation-auc.svg', 'activation-time.svg', ...gridCharts];
const pathsDrawn = (svg: string, stroke: string) =>
  [...svg.matchAll(/<path d="(M[^"]*)"[^>]*fill="none"[^>]*stroke="([^"]*)"/g)]
    .filter(([, , color]) => color === stroke)
    .map(([, d]) => d!);

test('draws every chart with a line through all levels', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const report = await createReport({ ...inputs, outputDir });
    expect((await readdir(outputDir)).sort()).toEqual([...allCharts, 'report.html'].sort());
    expect(report.leftOut).toEqual([]);
    for (const name of allCharts) {
      const svg = await readFile(join(outputDir, name), 'utf8');
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*role="img"/);
      expect(svg).toMatch(/<title id="[^"]+">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/);
      expect(svg).not.toMatch(/NaN|undefined|<script|<style/);
      // The first method's line visits the 20 levels, the first score's the 3 that were measured.
      const [line] = pathsDrawn(svg, '#214bc8');
      expect(line!.match(/[ML]/g)).toHaveLength(gridCharts.includes(name) ? 20 : 3);
    }
  });
});

test('the size chart stands at the right pixels', async () => {
  await withTemporaryFolder(async (outputDir) => {
    await createReport({ ...inputs, outputDir });
    const svg = await readFile(join(outputDir, 'size.svg'), 'utf8');
    const [line] = pathsDrawn(svg, '#214bc8');
    const points = line!
      .slice(1)
      .split('L')
      .map((point) => point.split(' ').map(Number) as [number, number]);
    // Panel from (66, 122), 874 x 320 pixels, 0 to 6 MiB; the first model has 5915981 bytes, the last 2067960.
    expect(points[0]![0]).toBeCloseTo(66, 0);
    expect(points.at(-1)![0]).toBeCloseTo(940, 0);
    expect(points[0]![1]).toBeCloseTo(442 - (320 * 5915981) / 2 ** 20 / 6, 0);
    expect(points.at(-1)![1]).toBeCloseTo(442 - (320 * 2067960) / 2 ** 20 / 6, 0);
  });
});

test('the same input gives the same bytes', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const runInfo = { machine: { Processor: 'x' } };
    await createReport({ ...inputs, outputDir: join(outputDir, 'a'), runInfo });
    await createReport({ ...inputs, outputDir: join(outputDir, 'b'), runInfo });
    for (const name of [...allCharts, 'report.html']) {
      expect(await readFile(join(outputDir, 'a', name), 'utf8')).toBe(
        await readFile(join(outputDir, 'b', name), 'utf8'),
      );
    }
  });
});

test('leaves a chart out, says so, and takes away the one of an earlier run', async () => {
  await withTemporaryFolder(async (outputDir) => {
    await createReport({ ...inputs, outputDir });
    const report = await createReport({ sparseModelMetadata: inputs.sparseModelMetadata, outputDir });
    expect((await readdir(outputDir)).sort()).toEqual(['report.html', 'size.svg']);
    expect(report.leftOut).toHaveLength(4);
    const html = await readFile(report.reportFile, 'utf8');
    expect(html).toContain('Quality was not measured in this run');
    expect(html).toContain('Forward time was not measured in this run');
    expect(html).toContain('Memory was not measured in this run');
    expect(report.table).not.toContain('ROC AUC');
    expect(report.table).not.toContain('memory');
  });
});

test('the page needs nothing from outside and escapes what it shows', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const { reportFile } = await createReport({
      ...inputs,
      outputDir,
      runInfo: {
        settings: { Data: '<b>rows</b> & "more"' },
        machine: { Processor: 'P9' },
        notes: ['a <note>'],
      },
    });
    const html = await readFile(reportFile, 'utf8');
    expect(html).toContain('&lt;b&gt;rows&lt;/b&gt; &amp; &quot;more&quot;');
    expect(html).toContain('a &lt;note&gt;');
    expect(html).toContain('P9');
    // The script is known by its hash to the policy, which forbids everything else. What it does, report-in-browser tests.
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!;
    expect(policy).toContain("default-src 'none'; script-src 'sha256-");
    const scripts = [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts.map(([, attributes]) => attributes)).toEqual([' type="application/json" id="charts"', '']);
    expect(policy).toContain(createHash('sha256').update(scripts[1]![2]!).digest('base64'));
    const markup = html.replace(/<script[\s\S]*?<\/script>/g, '');
    expect(markup).not.toMatch(/<link|src=|url\((?!#)|@import/);
    expect(new Set(markup.match(/https?:\/\/[^"\s]*/g))).toEqual(new Set(['http://www.w3.org/2000/svg']));
  });
});

test('a bad input leaves the earlier report as it was', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const { reportFile } = await createReport({ ...inputs, outputDir });
    const before = await readFile(reportFile, 'utf8');
    const bad = join(outputDir, 'bad.csv');
    await writeFile(bad, 'norm\nL1\n');
    await expect(createReport({ ...inputs, forwardTimeInfo: bad, outputDir })).rejects.toThrow(
      /bad\.csv: expected the columns norm, .*; missing/,
    );
    expect(await readFile(reportFile, 'utf8')).toBe(before);
  });
});

test('the table fits 80 characters, with one column of each section at least; or has every column', async () => {
  await withTemporaryFolder(async (outputDir) => {
    const headingsOf = async (tableWidth?: number) => {
      const { table } = await createReport({ ...inputs, outputDir, tableWidth });
      const lines = table.split('\n');
      return { width: Math.max(...lines.map((line) => line.length)), headings: lines[1]! };
    };
    const narrow = await headingsOf();
    expect(narrow.width).toBeLessThanOrEqual(80);
    for (const heading of ['zip', 'ROC AUC', 'forward, dense', 'memory, dense'])
      expect(narrow.headings).toContain(heading);
    expect(narrow.headings).not.toContain('log loss');
    const wide = await headingsOf(Infinity);
    for (const heading of ['of level 0', 'log loss', 'forward, sparse', 'memory, sparse'])
      expect(wide.headings).toContain(heading);
    // No width is too small for the models' names and a column each.
    expect((await headingsOf(1)).headings.split('│')).toHaveLength(narrow.headings.split('│').length);
  });
});

test.each(['sparseModelMetrics', 'forwardTimeInfo', 'modelMemoryInfo'] as const)(
  'refuses %s of other models than the metadata, and notes it if only some are others',
  async (input) => {
    await withTemporaryFolder(async (folder) => {
      const path = join(folder, 'measured.csv');
      const { sparseModelMetadata } = inputs;
      const lines = (await readFile(inputs[input], 'utf8')).split('\n');
      const report = () =>
        createReport({ sparseModelMetadata, [input]: path, outputDir: join(folder, 'results') });
      // The blocks of the grid are (1, 1) and (1, 4), of these (1, 11) and (1, 14).
      await writeFile(path, lines.map((line) => line.replace('"(1, ', '"(1, 1')).join('\n'));
      await expect(report()).rejects.toThrow(
        `${path}: expected models of ${sparseModelMetadata}, found none of them; the first is L1, blocks (1, 11), level 0`,
      );
      expect(await readdir(folder)).toEqual(['measured.csv']);
      const [heading, first, second] = lines;
      await writeFile(path, [heading, first, second!.replace(',0.1,', ',0.123,'), ''].join('\n'));
      expect((await report()).notes).toEqual([
        `${path}: 1 of 2 models are not in ${sparseModelMetadata}; the first is L1, blocks (1, 1), level 0.123`,
      ]);
      await writeFile(path, [heading, first, ''].join('\n'));
      expect((await report()).notes).toEqual([]);
    });
  },
);

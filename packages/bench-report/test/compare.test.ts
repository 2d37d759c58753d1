import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { compareRuns } from '../src/index.js';
import { inputs } from './inputs.js';
import { withTemporaryFolder } from './temporary-folder.js';

/** Two folders with the original's run; in the second, each file is what `change` makes of it. */
async function withTwoRuns(
  change: (name: string, content: string) => string | undefined,
  use: (first: string, second: string) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const [first, second] = [join(folder, 'a'), join(folder, 'b')];
    await mkdir(first);
    await mkdir(second);
    for (const path of Object.values(inputs)) {
      await copyFile(path, join(first, basename(path)));
      const changed = change(basename(path), await readFile(path, 'utf8'));
      if (changed !== undefined) await writeFile(join(second, basename(path)), changed);
    }
    await use(first, second);
  });
}

test('a run is equal to itself', async () => {
  await withTwoRuns(
    (_, content) => content,
    async (first, second) => {
      const { settings, figures, onlyInOne } = await compareRuns(first, second);
      expect([settings.rows, onlyInOne]).toEqual([[], []]);
      const rowsOf = Object.fromEntries(figures.map(({ title, models }) => [title, models]));
      expect(rowsOf).toMatchObject({
        'Size on disk: zip, bytes': 60,
        'Quality: ROC AUC': 60,
        'Forward time: seconds a batch': 120,
      });
      for (const { beyondNoise } of figures) expect(beyondNoise.rows).toEqual([]);
    },
  );
});

test('names every difference beyond noise: the model, both numbers, the change', async () => {
  const changes: Record<string, [string, string]> = {
    // Level 0.1 of L1, (1, 1): one byte more. Its forward time 5 % more, which is noise, that of 0.2 twice as much.
    'sparse_model_metadata.csv': ['5656413', '5656414'],
    'sparse_model_metrics.csv': ['0.6395031913058479', '0.6395031913058999'],
  };
  await withTwoRuns(
    (name, content) => {
      if (!changes[name]) return content;
      expect(content).toContain(changes[name]![0]);
      return content.replace(...changes[name]!);
    },
    async (first, second) => {
      const { figures } = await compareRuns(first, second);
      const differing = figures.filter(({ beyondNoise }) => beyondNoise.rows.length > 0);
      expect(differing.map(({ title, beyondNoise }) => [title, ...beyondNoise.rows])).toEqual([
        ['Size on disk: zip, bytes', ['L1, blocks (1, 1), level 0.1', '5656413', '5656414', '+0.000018 %']],
      ]);
    },
  );
});

test('times differ by more than a tenth, or by more than their quartiles are apart', async () => {
  const times = (slower: number) => (name: string, content: string) =>
    name === 'dlrm_forward_time_info.csv'
      ? content.replace(/,([\d.]+),(without_torch_sparse)/g, (_, time, type) => `,${time * slower},${type}`)
      : content;
  for (const [slower, rows] of [
    [1.05, 0],
    [1.2, 60],
  ] as const) {
    await withTwoRuns(times(slower), async (first, second) => {
      const { figures } = await compareRuns(first, second);
      const time = figures.find(({ title }) => title.startsWith('Forward time'))!;
      expect(time.beyondNoise.rows).toHaveLength(rows);
    });
  }
});

test('the command prints settings that differ and what only one run has', async () => {
  await withTwoRuns(
    (name, content) => {
      if (name === 'model_memory_info.csv') return undefined;
      return name === 'sparse_model_metrics.csv' ? content.replace(/\nL2[^\n]*0\.99,[^\n]*/, '') : content;
    },
    async (first, second) => {
      await writeFile(join(first, 'run.json'), '{ "settings": { "Rows": 1000, "Seed": 1 } }');
      await writeFile(join(second, 'run.json'), '{ "settings": { "Rows": 2000, "Seed": 1 } }');
      const cli = builtFile(join(__dirname, '..', 'dist', 'cli.js'));
      const run = (...args: string[]) =>
        spawnSync(process.execPath, [cli, 'compare', ...args], { encoding: 'utf8' });
      const { status, stdout, stderr } = run(first, second);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/│ Rows +│ +1000 │ +2000 │/);
      expect(stdout).not.toContain('Seed');
      expect(stdout).toContain(`Memory: only in ${first}\n`);
      expect(stdout).toContain(`Quality: 1 rows only in ${first}\n`);
      expect(stdout).toContain('Quality: ROC AUC: no difference beyond noise in 59 rows\n');
      const { settings, onlyInOne, figures } = JSON.parse(run(first, second, '--json').stdout);
      expect(settings.rows).toEqual([['Rows', '1000', '2000']]);
      expect(onlyInOne).toContain(`Memory: only in ${first}`);
      expect(figures).toContainEqual(expect.objectContaining({ title: 'Quality: ROC AUC', models: 59 }));
      const nowhere = run(first, join(first, 'nothing'));
      expect(nowhere.status).toBe(1);
      expect(nowhere.stderr).toMatch(
        /^error: .*nothing: expected a folder with sparse_model_metadata\.csv, found none\n$/,
      );
    },
  );
});

test('only the files that run.json lists are of the run, as they were then', async () => {
  await withTwoRuns(
    (_, content) => content,
    async (first, second) => {
      const listed = async (folder: string, ...paths: string[]) => {
        const sha256 = Object.fromEntries(
          await Promise.all(
            paths.map(async (path) => {
              const content = await readFile(path);
              return [basename(path), createHash('sha256').update(content).digest('hex')] as const;
            }),
          ),
        );
        await writeFile(join(folder, 'run.json'), JSON.stringify({ sha256 }));
      };
      const all = Object.values(inputs);
      await listed(first, ...all);
      // A rerun without activations, into the folder of a run with them.
      await listed(second, ...all.filter((path) => path !== inputs.activationSparsity));
      const { figures, onlyInOne } = await compareRuns(first, second);
      expect(onlyInOne).toEqual([`Sparse activations: only in ${first}`]);
      expect(figures.map(({ title }) => title)).not.toContain('Sparse activations: ROC AUC');

      const metrics = join(second, 'sparse_model_metrics.csv');
      await appendFile(metrics, '\n');
      await expect(compareRuns(first, second)).rejects.toThrow(
        new RegExp(
          `^${metrics}: expected sha256 [0-9a-f]{12}\\.{3}, as .*run\\.json lists, found [0-9a-f]{12}\\.{3}: the file is not of this run$`,
        ),
      );
      await copyFile(inputs.sparseModelMetrics, metrics);
      const times = join(first, 'activation_sparsity_times.csv');
      await writeFile(times, 'tables\n');
      await expect(compareRuns(first, second)).rejects.toThrow(
        `${times}: expected no such file, as ${join(first, 'run.json')} lists none: the file is not of this run`,
      );
      await rm(times);
      await listed(second, inputs.sparseModelMetrics);
      await expect(compareRuns(first, second)).rejects.toThrow(
        `${second}: expected a folder with sparse_model_metadata.csv, found none that its run.json lists`,
      );
    },
  );
});

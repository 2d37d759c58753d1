import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root } from './published-packages.js';

const { goldens, checks } = JSON.parse(readFileSync(join(root, 'parity/programs.json'), 'utf8')) as {
  goldens: Record<string, string>;
  checks: string[];
};
const goldenFolders = ['packages', 'examples']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}/test/golden`))
  .filter((folder) => existsSync(join(root, folder)));

/**
 * Rows that parity/data/preprocessing.py reads, and tables that are only drawn: see parity/README.md. The schema of
 * Kubernetes has a program next to it, which no original is run by.
 */
const writtenByNoProgram = [
  'examples/kubernetes/test/golden/kubernetes-1.37.json',
  'examples/kubernetes/test/golden/kubernetes_schema.py',
  'packages/bench-report/test/golden/upstream-run',
  'packages/criteo-data/test/golden/rows.txt',
];

const filesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, folder, name))
    .filter((path) => statSync(path).isFile());

test.each(goldenFolders)('%s takes at most 1 MiB', (folder) => {
  const bytes = filesIn(folder).reduce((sum, path) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThanOrEqual(2 ** 20);
});

test('every golden folder is written by a program of parity', () => {
  const found = goldenFolders.flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  expect(found.sort()).toEqual([...Object.values(goldens), ...writtenByNoProgram].sort());
});

test.each(Object.entries(goldens))('%s records the versions that wrote %s', (_, folder) => {
  const recorded = filesIn(folder)
    .filter((path) => path.endsWith('.json'))
    .map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { versions?: Record<string, string> }).versions)
    .filter((versions) => versions !== undefined);
  expect(recorded.length).toBeGreaterThan(0);
  for (const versions of recorded) {
    expect(Object.keys(versions).length).toBeGreaterThan(0);
    for (const version of Object.values(versions)) expect(version).toMatch(/^\d+\.\d+/);
  }
});

test('npm run parity runs every program of the folder', () => {
  const programs = readdirSync(join(root, 'parity'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py'))
    .map((path) => path.split(sep).join('/'));
  // Those that another program runs.
  const parts = ['compare_goldens.py', 'compression/fbgemm/serve_rows.py'];
  expect([...Object.keys(goldens), ...checks, ...parts].sort()).toEqual(programs.sort());
});

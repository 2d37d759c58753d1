import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const script = join(__dirname, '..', 'affected-packages.mjs');

// A repository of its own: `report` uses `model`, which uses `data`; `sparsifier` stands alone.
let repository: string;

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'affected-packages-test-'));
  git('init', '--quiet', '--initial-branch=main');
  write('package.json', { name: 'root', private: true, workspaces: ['packages/*'] });
  write('lerna.json', { version: '1.0.0' });
  writeFileSync(join(repository, '.gitignore'), 'node_modules/\n');
  const dependencies = { data: [], sparsifier: [], model: ['data'], report: ['model'] };
  for (const [name, uses] of Object.entries(dependencies)) {
    const versions = Object.fromEntries(uses.map((used) => [`@t/${used}`, '1.0.0']));
    write(`packages/${name}/package.json`, { name: `@t/${name}`, version: '1.0.0', dependencies: versions });
  }
  commit();
});

afterAll(() => rmSync(repository, { recursive: true, force: true }));

function git(...args: string[]): void {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...author, ...args], { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] });
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), JSON.stringify(content));
}

function commit(): void {
  git('add', '.');
  git('commit', '--quiet', '--message=change');
}

/** The affected workspaces after a commit that writes these files. */
function affectedBy(...paths: string[]): string[] {
  for (const path of paths) write(path, { changed: path });
  commit();
  return affectedSince('HEAD~1');
}

function affectedSince(...base: string[]): string[] {
  const output = execFileSync(process.execPath, [script, ...base], { cwd: repository, encoding: 'utf8' });
  return JSON.parse(output).sort();
}

const all = ['packages/data', 'packages/model', 'packages/report', 'packages/sparsifier'];

describe('affected-packages', () => {
  it('names the changed package and all that depend on it', () => {
    expect(affectedBy('packages/model/src/layer.json')).toEqual(['packages/model', 'packages/report']);
    expect(affectedBy('packages/sparsifier/src/step.json')).toEqual(['packages/sparsifier']);
    expect(affectedBy('packages/data/test/day.json', 'packages/sparsifier/README.md')).toEqual(all);
  });

  it('names those whose tests read or run files of the changed one', () => {
    write('packages/sparsifier/test/grid.test.ts', "join(__dirname, '../../data/test/golden')");
    commit();
    expect(affectedBy('packages/data/test/golden/day.json')).toEqual(all);
    expect(affectedBy('packages/model/test/layer.json')).toEqual(['packages/model', 'packages/report']);
  });

  it('names all when a file of the whole repository changes', () => {
    expect(affectedBy('scripts/build.json')).toEqual(all);
    expect(affectedBy('tsconfig.json', 'packages/report/src/chart.json')).toEqual(all);
  });

  it('names none for pages to read, or where nothing changed', () => {
    expect(affectedBy('README.md', 'docs/decision.json')).toEqual([]);
    expect(affectedSince('HEAD')).toEqual([]);
  });

  it('names all without a commit to compare with', () => {
    expect(affectedSince()).toEqual(all);
  });
});

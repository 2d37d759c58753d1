import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishedPackages, root } from '../published-packages.js';

interface Tarball {
  name: string;
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** What `check-tarballs.mjs` finds. */
interface Found {
  publint: string[];
  hasTypes: boolean;
  types: unknown[];
}

let folder: string;
let tarballs: Tarball[];
let found: Record<string, Found>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-contents-'));
  const names = publishedPackages.flatMap(({ json }) => ['--workspace', json.name]);
  const packed = run('npm', ['pack', '--json', '--pack-destination', folder, ...names]);
  tarballs = JSON.parse(packed) as Tarball[];
  const paths = tarballs.map(({ filename }) => join(folder, filename));
  found = JSON.parse(run(process.execPath, [join(__dirname, 'check-tarballs.mjs'), ...paths]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: string[]): string {
  const shell = program === 'npm' && process.platform === 'win32';
  return execFileSync(program, args, { cwd: root, encoding: 'utf8', shell, maxBuffer: 1 << 26 });
}

describe.each(publishedPackages)('the tarball of $name', ({ name, json }) => {
  const packed = () => tarballs.find((tarball) => tarball.name === json.name)!;

  it('passes publint', () => {
    expect(found[join(folder, packed().filename)]!.publint).toEqual([]);
  });

  it('has types that resolve from every kind of import', () => {
    const { hasTypes, types } = found[join(folder, packed().filename)]!;
    expect(hasTypes).toBe(true);
    expect(types).toEqual([]);
  });

  it('holds only what is needed', () => {
    const needed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/[a-z-]+\.js|dist\/[^/]+\.(js|cjs|d\.ts|d\.cts))$/;
    const paths = packed().files.map(({ path }) => path);
    expect(paths.filter((path) => !needed.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/index.d.cts']),
    );
    if (name === 'data-sparsifier') expect(packed().size).toBeLessThan(150_000);
    expect(packed().unpackedSize).toBeLessThan(3_000_000);
  });
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { publishedPackages, root } from './published-packages.js';

function run(program: string, args: string[], cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return { status, output: `${stdout}${status === 0 ? '' : stderr}` };
}

const publint = join(root, 'node_modules/publint/src/cli.js');
const areTheTypesWrong = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');

describe.each(publishedPackages)('the tarball of $name', ({ name, folder }) => {
  it('passes publint', () => {
    const { status, output } = run(
      process.execPath,
      [publint, 'run', '--strict', '--level', 'warning', folder],
      root,
    );
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('All good') });
  });

  it('has types that resolve from every kind of import', () => {
    const { status, output } = run(process.execPath, [areTheTypesWrong, '--pack', folder], root);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('No problems found') });
  });

  it('holds only what is needed', () => {
    const { status, output } = run('npm', ['pack', '--dry-run', '--json'], folder);
    expect(status).toBe(0);
    const [packed] = JSON.parse(output);
    const needed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/[a-z-]+\.js|dist\/[^/]+\.(js|cjs|d\.ts|d\.cts))$/;
    const paths: string[] = packed.files.map(({ path }: { path: string }) => path);
    expect(paths.filter((path) => !needed.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/index.d.cts']),
    );
    if (name === 'data-sparsifier') expect(packed.size).toBeLessThan(150_000);
    expect(packed.unpackedSize).toBeLessThan(3_000_000);
  });
});

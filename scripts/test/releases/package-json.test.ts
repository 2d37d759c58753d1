import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateWorkspaces, publishedPackages, root } from '../published-packages.js';

const { version } = JSON.parse(readFileSync(join(root, 'lerna.json'), 'utf8'));

describe.each(publishedPackages)('package.json of $name', ({ name, folder, json }) => {
  it('says what it is, where it comes from and who may use it', () => {
    expect(json).toMatchObject({
      name: `@ds/${name}`,
      version,
      description: expect.stringMatching(/^.{20,}$/),
      license: 'MIT',
      repository: { type: 'git', directory: `packages/${name}` },
      engines: { node: '>=20.19' },
      files: existsSync(join(folder, 'src/cli.ts')) ? ['bin', 'dist'] : ['dist'],
      sideEffects: false,
      publishConfig: { access: 'public' },
    });
  });

  it('has the licence of the repository, which npm packs from its folder', () => {
    const licence = (of: string) => readFileSync(join(of, 'LICENSE'), 'utf8');
    expect(licence(folder)).toBe(licence(root));
  });

  it('gives each entry point types for import and for require', () => {
    const entries = Object.entries(json.exports).filter(([path]) => path !== './package.json');
    expect(entries.map(([path]) => path)).toContain('.');
    for (const [path, conditions] of entries) {
      const file = path === '.' ? 'index' : path.slice('./'.length);
      expect(conditions).toEqual({
        import: { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` },
        require: { types: `./dist/${file}.d.cts`, default: `./dist/${file}.cjs` },
      });
    }
  });

  it('depends on our packages in this very version, and on none that is private', () => {
    const published = publishedPackages.map((other) => other.json.name);
    for (const [dependency, range] of Object.entries(json.dependencies ?? {})) {
      if (!dependency.startsWith('@ds/')) continue;
      expect(published).toContain(dependency);
      expect(range).toBe(version);
    }
  });

  it('names its command after the package, or after what it does', () => {
    const commands = Object.entries(json.bin ?? {});
    const command = name === 'table-compression' ? 'compress-tables' : name;
    expect(commands).toEqual(
      existsSync(join(folder, 'src/cli.ts')) ? [[command, `./bin/${command}.js`]] : [],
    );
    for (const [, path] of commands) {
      expect(readFileSync(join(folder, path), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    }
  });

  it('has a README that starts with its name and one sentence, then shows how to install it', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const [title, , sentence] = readme.split('\n');
    expect(title).toBe(`# @ds/${name}`);
    expect(sentence).toMatch(/^[^#].{20,}\.$/);
    expect(readme).toMatch(new RegExp(`npm (install|i) (-g )?@ds/${name}`));
  });
});

test.each(privateWorkspaces)('$name takes our packages in whatever version they have', ({ json }) => {
  // `lerna version` leaves private workspaces alone, so that a range would be of an old version.
  expect(json.version).toBe('0.0.0');
  const published = publishedPackages.map((other) => other.json.name);
  const ours = Object.entries({ ...json.dependencies, ...json.devDependencies }).filter(([name]) =>
    published.includes(name),
  );
  expect(ours.filter(([, range]) => range !== '*')).toEqual([]);
});

describe.each(['data-sparsifier', 'activation-sparsifier'])('@ds/%s', (sparsifier) => {
  it('has no run-time dependency', () => {
    const { json } = publishedPackages.find(({ name }) => name === sparsifier)!;
    expect(json.dependencies ?? {}).toEqual({});
    expect(json['peerDependencies'] ?? {}).toEqual({});
    expect(json['optionalDependencies'] ?? {}).toEqual({});
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { privateWorkspaces, publishedPackages, root } from './published-packages.js';

/** The packages that a built file loads, its own files and Node's modules left out. */
function packagesLoadedBy(path: string): string[] {
  const names: string[] = [];
  // Not by `ts.preProcessFile`, which takes a backtick in a regular expression for the start of a text.
  const visit = (node: ts.Node): void => {
    const loads = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || isLoadingCall(node);
    const name = loads && (ts.isCallExpression(node) ? node.arguments[0] : node.moduleSpecifier);
    if (name && ts.isStringLiteralLike(name)) names.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest));
  return names
    .filter((name) => !/^[./#]/.test(name) && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

/** `require(...)` or `import(...)`. */
function isLoadingCall(node: ts.Node): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

function loadedByBuild(folder: string): Set<string> {
  const dist = join(folder, 'dist');
  return new Set(readdirSync(dist).flatMap((name) => packagesLoadedBy(join(dist, name))));
}

const builtExamples = privateWorkspaces.filter(
  ({ folder, json }) => dirname(folder) === join(root, 'examples') && json.scripts?.['build'],
);

describe('dependencies', () => {
  // Otherwise Node finds whatever version of them another package brought along.
  it.each(builtExamples)('of the example $name have all that its built files load', ({ folder, json }) => {
    const declared = Object.keys(json.dependencies ?? {});
    expect([...loadedByBuild(folder)].filter((name) => !declared.includes(name))).toEqual([]);
  });

  it.each(publishedPackages)('of $name are what its built files load', ({ folder, json }) => {
    const loaded = loadedByBuild(folder);
    loaded.delete(json.name);
    const declared = Object.keys(json.dependencies ?? {});
    const optional = [json['peerDependencies'], json['optionalDependencies']].flatMap((some) =>
      Object.keys((some as Record<string, string>) ?? {}),
    );
    const unlisted = [...loaded].filter((name) => !declared.includes(name) && !optional.includes(name));
    expect({ unlisted, unused: declared.filter((name) => !loaded.has(name)) }).toEqual({
      unlisted: [],
      unused: [],
    });
  });

  it('are locked: each to one version of the registry of npm, by its hash', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<
        string,
        { version?: string; resolved?: string; integrity?: string; link?: boolean; optional?: boolean }
      >;
    };
    const registry = 'https://registry.npmjs.org/';
    const locked = Object.entries(lock.packages).filter(
      ([path, { link }]) => path.includes('node_modules/') && !link,
    );
    expect(locked.length).toBeGreaterThan(1000);
    for (const [path, { version, resolved, integrity, optional }] of locked) {
      expect([path, version]).toEqual([path, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
      // Native parts for other platforms, which the machine that wrote the lock could not get.
      if (optional && integrity === undefined) continue;
      // Without an address it is that of the registry in use.
      expect([path, resolved ?? registry]).toEqual([path, expect.stringContaining(registry)]);
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    }
  });

  it('and files of the repository are all used, says knip', () => {
    const knip = join(root, 'node_modules/knip/bin/knip.js');
    const include = 'files,dependencies,unlisted,unresolved,binaries';
    let found = '';
    try {
      execFileSync(process.execPath, [knip, '--include', include, '--no-config-hints'], {
        cwd: root,
        encoding: 'utf8',
      });
    } catch (error) {
      found = (error as { stdout: string }).stdout;
    }
    expect(found).toBe('');
  });
});

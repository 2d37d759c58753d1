import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The private workspaces whose sources are inlined into the packages that import them. */
export const inlinedPackages = ['command-line', 'files', 'threads'];

const buildFiles = ['package.json', 'tsup.config.ts', 'build.mjs'];

/**
 * Called at the start of a workspace's build. Call the returned function when an output is done; after the last one it
 * records, next to the `dist`, the hash of the sources at the start of the build, for `staleBuild`.
 */
export function recordBuild(workspace: string, { outputs = 1 } = {}): () => Promise<void> {
  const hash = sourceHash(workspace);
  rmSync(recordOf(workspace), { force: true });
  let left = outputs;
  return async () => {
    left--;
    if (left === 0) writeFileSync(recordOf(workspace), hash);
  };
}

/**
 * The first workspace, this one or one that it depends on, whose `dist` was not built from its current sources.
 * Undefined if all builds are up to date. Takes about 50 ms for all packages.
 */
export function staleBuild(workspace: string): string | undefined {
  const seen = new Set<string>();
  const find = (at: string): string | undefined => {
    if (seen.has(at)) return undefined;
    seen.add(at);
    const record = recordOf(at);
    const isFresh = existsSync(record) && readFileSync(record, 'utf8') === sourceHash(at);
    return isFresh ? dependenciesOf(at).map(find).find(Boolean) : at;
  };
  return find(workspace);
}

function recordOf(workspace: string): string {
  return join(workspace, '.built-from');
}

/** A hash of every file from which a workspace is built, including the sources of inlined packages. */
function sourceHash(workspace: string): string {
  const root = join(workspace, '../..');
  const inlined = inlinedPackages.map((name) => join(root, 'packages', name));
  const files = [workspace, ...inlined].flatMap((folder) => [
    ...buildFiles.map((name) => join(folder, name)).filter((path) => existsSync(path)),
    ...filesIn(join(folder, 'src')),
  ]);
  const hash = createHash('sha256');
  for (const path of [...files, join(root, 'scripts/tsup.base.ts'), join(root, 'tsconfig.base.json')]) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path).split(sep).join('/')} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The folders of the packages that a build loads at run time. */
function dependenciesOf(workspace: string): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(dependencies)
    .filter((name) => name.startsWith('@ds/'))
    .map((name) => name.slice('@ds/'.length))
    .filter((name) => !inlinedPackages.includes(name))
    .map((name) => [join(workspace, '../../packages', name), join(workspace, '../../examples', name)])
    .map(([inPackages, inExamples]) => (existsSync(inPackages!) ? inPackages! : inExamples!));
}

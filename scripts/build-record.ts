import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The private workspaces whose sources become part of what is built from those that import them. */
export const inlinedPackages = ['command-line', 'files', 'threads'];

const buildFiles = ['package.json', 'tsup.config.ts', 'build.mjs'];

/**
 * Called as the build of a workspace begins. The function that it returns is called as each output is done; after
 * the last one it notes, beside the `dist`, the hash that the sources had at the beginning, for `staleBuild`.
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
 * The first workspace whose `dist` was not built from its sources as they are now: this one, or one that it
 * depends on. Undefined where all are as they should be. About 50 ms for all packages.
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

/** A hash of every file that a workspace is built from, the sources of inlined packages among them. */
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

/** The folders of the packages that a build loads as it runs. */
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

/**
 * Prints, as a JSON array, the folders of the workspaces that a change can affect: those that differ
 * from the commit BASE, those that depend on them, and those whose tests name a path in them. Prints all
 * workspaces if a file outside them changed, or if no BASE is given.
 *
 *   node scripts/affected-packages.mjs [BASE]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const lerna = fileURLToPath(new URL('../node_modules/lerna/dist/cli.js', import.meta.url));

function workspaces(...since) {
  const listed = execFileSync(
    process.execPath,
    [lerna, 'ls', '--all', '--json', '--loglevel=error', ...since],
    {
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false' },
    },
  );
  return JSON.parse(listed || '[]').map(({ location }) =>
    relative(process.cwd(), location).split(sep).join('/'),
  );
}

/** Whether a changed file may affect all tests: it is not in a workspace and is not a Markdown page. */
function affectsAll(path) {
  return !/^(packages|examples)\/[^/]+\/|^(docs|performance|\.github\/ISSUE_TEMPLATE)\/|^parity\/.*\.py$|\.md$|^LICENSE$/.test(
    path,
  );
}

function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}

function workspaceOf(path) {
  return /^(?:packages|examples)\/[^/]+(?=\/)/.exec(path)?.[0];
}

/** The workspaces whose tests read, import or run files of the changed ones by a relative path. */
function readersOf(changed) {
  const tests = git('ls-files', 'packages/*/test/**', 'packages/*/src/**', 'examples/*/test/**')
    .split('\n')
    .filter((path) => /\.[cm]?[jt]s$/.test(path));
  return tests
    .filter((test) => {
      const paths = readFileSync(test, 'utf8').match(/(?:\.\.\/)+[\w./-]+/g) ?? [];
      return paths.some((path) => {
        const read = workspaceOf(posix.join(posix.dirname(test), path));
        return read !== undefined && read !== workspaceOf(test) && changed.has(read);
      });
    })
    .map(workspaceOf);
}

function affected(base) {
  if (!base) return workspaces();
  const since = git('merge-base', base, 'HEAD');
  const changed = git('diff', '--name-only', since, 'HEAD').split('\n').filter(Boolean);
  if (changed.length === 0) return [];
  if (changed.some(affectsAll)) return workspaces();
  const dependents = workspaces('--since', since, '--include-dependents');
  return [...new Set([...dependents, ...readersOf(new Set(changed.map(workspaceOf)))])];
}

process.stdout.write(`${JSON.stringify(affected(process.argv[2]))}\n`);

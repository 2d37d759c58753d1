/**
 * Prints, as a JSON array, the folders of the workspaces that a change can affect: those that differ
 * from the commit BASE and those that depend on them. All of them where a file of the whole
 * repository changed, or where no BASE is given.
 *
 *   node scripts/affected-packages.mjs [BASE]
 */
import { execFileSync } from 'node:child_process';
import { relative, sep } from 'node:path';
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

/** Whether a changed file may change what any test does: not in a workspace, and not a page to read. */
function concernsAll(path) {
  return !/^(packages|examples)\/[^/]+\/|^(docs|performance|\.github\/ISSUE_TEMPLATE)\/|^parity\/.*\.py$|\.md$|^LICENSE$/.test(
    path,
  );
}

function affected(base) {
  if (!base) return workspaces();
  const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const since = git('merge-base', base, 'HEAD');
  const changed = git('diff', '--name-only', since, 'HEAD').split('\n').filter(Boolean);
  if (changed.length === 0) return [];
  return changed.some(concernsAll) ? workspaces() : workspaces('--since', since, '--include-dependents');
}

process.stdout.write(`${JSON.stringify(affected(process.argv[2]))}\n`);

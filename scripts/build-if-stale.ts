/**
 * Builds the workspaces if one of them, or one that it loads, was not built from its current sources:
 * tsx scripts/build-if-stale.ts WORKSPACE ...
 *
 * Nothing is removed first, because another process may be running the build.
 */
import { spawnSync } from 'node:child_process';
import { staleBuild } from './build-record.js';

const stale = process.argv.slice(2).map(staleBuild).find(Boolean);
if (stale) {
  console.error(`building: ${stale} has changed since it was built`);
  const { status, stdout, stderr } = spawnSync('npx', ['lerna', 'run', 'build'], {
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
    shell: process.platform === 'win32',
  });
  if (status !== 0) console.error(`${stdout}${stderr}`);
  process.exitCode = status ?? 1;
}

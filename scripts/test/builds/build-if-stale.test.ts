import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { builtFile } from '@ds/test-support';

const root = join(__dirname, '../../..');
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'build-if-stale-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function buildIfStale(workspace: string) {
  // Stands for the build, which takes half a minute.
  writeFileSync(join(folder, 'npx'), '#!/bin/sh\necho "$@: a type error"\nexit 3\n');
  chmodSync(join(folder, 'npx'), 0o755);
  const args = [join(root, 'node_modules/tsx/dist/cli.mjs'), 'scripts/build-if-stale.ts', workspace];
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env });
}

test('what is built from its sources is not built again', () => {
  builtFile(join(root, 'packages/data-sparsifier/dist/index.js'));
  expect(buildIfStale('packages/data-sparsifier')).toMatchObject({ status: 0, stdout: '', stderr: '' });
});

test('what is not is built, and a build that fails is shown', () => {
  const workspace = join(folder, 'packages/new');
  mkdirSync(workspace, { recursive: true });
  const { status, stderr } = buildIfStale(workspace);
  expect(stderr).toContain(`building: ${workspace} has changed`);
  expect(stderr).toContain('lerna run build: a type error');
  expect(status).toBe(3);
});

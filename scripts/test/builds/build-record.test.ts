import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { inlinedPackages, recordBuild } from '../../build-record.js';

let root: string;
let command: string;
const write = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const build = async (name: string) => {
  const done = recordBuild(join(root, 'packages', name));
  write(`packages/${name}/dist/cli.js`, 'built');
  await done();
};
const stale = (name: string) =>
  `${join('packages', name)}: its dist was not built from its current sources; run npm run build`;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'build-record-'));
  command = join(root, 'packages/tool/dist/cli.js');
  write('tsconfig.base.json', '{}');
  write('scripts/tsup.base.ts', '');
  for (const name of [...inlinedPackages, 'library', 'tool']) {
    const dependencies = name === 'tool' ? { '@ds/library': '0.1.0', commander: '^14.0.0' } : {};
    write(`packages/${name}/package.json`, JSON.stringify({ name, dependencies }));
    write(`packages/${name}/src/folder/a.ts`, 'first');
    write(`packages/${name}/test/a.test.ts`, 'first');
  }
  await build('library');
  await build('tool');
});
afterEach(() => rmSync(root, { recursive: true }));

test('the path of a file that was built from its sources', () => {
  expect(builtFile(command)).toBe(command);
});

test.each([
  ['a source', 'packages/tool/src/folder/a.ts', 'tool'],
  ['a description', 'packages/tool/package.json', 'tool'],
  ['a source of an inlined package', 'packages/command-line/src/folder/a.ts', 'tool'],
  ['a source of a package that it loads', 'packages/library/src/folder/a.ts', 'library'],
])('is not given after a change of %s', (_, path, name) => {
  const before = readFileSync(join(root, path), 'utf8');
  write(path, `${before} `);
  expect(() => builtFile(command)).toThrow(stale(name));
  write(path, before);
  expect(builtFile(command)).toBe(command);
});

test('is not given after a source was added, removed, or renamed', () => {
  write('packages/tool/src/b.ts', '');
  expect(() => builtFile(command)).toThrow(stale('tool'));
  rmSync(join(root, 'packages/tool/src/b.ts'));
  expect(builtFile(command)).toBe(command);
  rmSync(join(root, 'packages/tool/src/folder/a.ts'));
  expect(() => builtFile(command)).toThrow(stale('tool'));
  write('packages/tool/src/folder/b.ts', 'first');
  expect(() => builtFile(command)).toThrow(stale('tool'));
});

test('is given whatever the times of the files are, and after a change of a test', () => {
  utimesSync(join(root, 'packages/tool/src/folder/a.ts'), new Date(), new Date(Date.now() + 1e6));
  write('packages/tool/test/a.test.ts', 'second');
  expect(builtFile(command)).toBe(command);
});

test('is not given where it is missing, or its build did not end', async () => {
  const begun = recordBuild(join(root, 'packages/tool'), { outputs: 2 });
  expect(() => builtFile(command)).toThrow(stale('tool'));
  await begun();
  expect(() => builtFile(command)).toThrow(stale('tool'));
  await begun();
  expect(builtFile(command)).toBe(command);
  rmSync(command);
  expect(() => builtFile(command)).toThrow(stale('tool'));
});

test('a change during the build counts as one after it', async () => {
  const done = recordBuild(join(root, 'packages/tool'));
  write('packages/tool/src/folder/a.ts', 'second');
  await done();
  expect(() => builtFile(command)).toThrow(stale('tool'));
});

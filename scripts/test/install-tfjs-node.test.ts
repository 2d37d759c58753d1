import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './published-packages.js';

// CI runs the script for real; here is what it does where something is wrong. A repository is imitated in
// which tfjs-node has no library, and a program loaded before the script imitates the machine.
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-tfjs-'));
  mkdirSync(join(folder, 'scripts'));
  copyFileSync(join(root, 'scripts/install-tfjs-node.mjs'), join(folder, 'scripts/install-tfjs-node.mjs'));
  mkdirSync(join(folder, 'node_modules'));
  const yauzl = dirname(require.resolve('yauzl/package.json'));
  symlinkSync(yauzl, join(folder, 'node_modules/yauzl'), 'junction');
});
afterEach(() => rmSync(folder, { recursive: true }));

function addTfjsNode(): void {
  const package_ = join(folder, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(package_, { recursive: true });
  writeFileSync(join(package_, 'package.json'), '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }');
}

/** @param pip what `python3 -m pip download` does, with the folder of --dest in `destination` */
function install({ platform = 'linux', arch = 'x64', pip = '', args = [] as string[] } = {}) {
  const machine = join(folder, 'machine.cjs');
  writeFileSync(
    machine,
    `Object.defineProperty(process, 'platform', { value: '${platform}' });
    Object.defineProperty(process, 'arch', { value: '${arch}' });
    const { mkdirSync, writeFileSync } = require('node:fs');
    const childProcess = require('node:child_process');
    const execFileSync = childProcess.execFileSync;
    childProcess.execFileSync = (program, args, options) => {
      if (program !== 'python3') return execFileSync(program, args, options);
      const destination = args[args.indexOf('--dest') + 1];
      ${pip}
    };
    require('node:module').syncBuiltinESMExports();`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', machine, join(folder, 'scripts/install-tfjs-node.mjs'), ...args],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') } },
  );
  return { status, stdout, stderr };
}

const wheel = 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux2014_x86_64.whl';
const downloadOf = (content: string) => `
  mkdirSync(destination);
  writeFileSync(destination + '/${wheel}', ${JSON.stringify(content)});`;

test('refuses a wheel whose hash is another one, and keeps nothing of it', () => {
  addTfjsNode();
  const found = createHash('sha256').update('not TensorFlow').digest('hex');
  expect(install({ pip: downloadOf('not TensorFlow') })).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'fetching tensorflow-cpu==2.15.1 from PyPI (207 MB)\n' +
      `error: ${wheel}: expected the sha256 54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26, found ${found}\n`,
  });
  expect(readdirSync(join(folder, 'cache/data-sparsifier-benchmark'))).toEqual([]);
  expect(readdirSync(join(folder, 'node_modules/@tensorflow/tfjs-node'))).toEqual(['package.json']);
});

test('says what pip said when it cannot download', () => {
  addTfjsNode();
  const { status, stderr } = install({
    pip: `throw Object.assign(new Error('Command failed'), { stderr: 'No matching distribution found' });`,
  });
  expect(status).toBe(1);
  expect(stderr).toContain(
    'error: python3 -m pip download ... failed: Command failed\nNo matching distribution found\n',
  );
});

test('with --if-possible a machine that cannot have it is told so, and goes on', () => {
  addTfjsNode();
  const { status, stderr } = install({ pip: downloadOf(''), args: ['--if-possible'] });
  expect(status).toBe(0);
  expect(stderr).toMatch(/^TensorFlow for tfjs-node is absent: .*expected the sha256 /m);
});

test.each([
  ['darwin', 'arm64'],
  ['win32', 'x64'],
  ['linux', 'arm64'],
])('on %s, %s, names the way to install it there', (platform, arch) => {
  addTfjsNode();
  expect(install({ platform, arch })).toEqual({
    status: 1,
    stdout: '',
    stderr:
      `error: this installs the library for Linux on x64, found ${platform} on ${arch}; there, run the package's own ` +
      'install script: npm rebuild @tensorflow/tfjs-node --ignore-scripts=false\n',
  });
});

test('says that tfjs-node itself comes first', () => {
  expect(install()).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'error: none of @tensorflow/tfjs-node, @tensorflow/tfjs-node-gpu is installed; run npm ci first\n',
  });
});

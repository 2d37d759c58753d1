import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { inNode, network } from '../network/network.js';

it('the whole benchmark reaches no network, and leaves nothing in HOME or TMPDIR', async () => {
  builtFile(join(__dirname, '../../examples/full-benchmark/dist/main.js'));
  expect((await network([inNode])).faults).toEqual([]);
}, 600_000);

// Otherwise the test above would show nothing.
it.each([
  ['connect', "require('node:net').connect(9, '127.0.0.1')"],
  ['connect', "require('node:http').get('http://127.0.0.1:12345')"],
  ['connect', "require('node:tls').connect(9, '127.0.0.1')"],
  ['connect', "fetch('http://127.0.0.1:12345')"],
  ['look up', "require('node:dns').lookup('localhost', () => {})"],
  ['look up', "require('node:dns').promises.resolve4('localhost')"],
  ['send', "require('node:dgram').createSocket('udp4').send('x', 9, '127.0.0.1')"],
  [
    'connect',
    "new (require('node:worker_threads').Worker)(\"require('node:net').connect(9)\", { eval: true })",
  ],
  [
    'connect',
    "require('node:child_process').spawn(process.execPath, ['-e', \"require('node:net').connect(9)\"])",
  ],
])('an attempt is seen: %s by %s', (what, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'network-'));
  const log = join(folder, 'log');
  try {
    spawnSync(process.execPath, ['-e', code], { env: { ...process.env, ...inNode.env!(log) } });
    expect(readFileSync(log, 'utf8')).toMatch(new RegExp(`^\\d+ ${what} `, 'm'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { fuzz } from '../fuzz/fuzz.js';
import { throughCommands } from '../hostile/through-commands.js';
import { kills } from '../kills/kills.js';
import { resources } from '../resources/resources.js';
import { unwritable } from '../resources/unwritable.js';

// Short forms of what `npm run torture` does at length.
beforeAll(() => {
  const benchmarks = ['disk', 'metrics', 'forward', 'memory', 'activations', 'frontier', 'report'];
  for (const name of [
    ...benchmarks.map((each) => `bench-${each}`),
    'criteo-data',
    'dlrm',
    'table-compression',
  ])
    builtFile(join(__dirname, '../../packages', name, 'dist/cli.js'));
  builtFile(join(__dirname, '../../examples/full-benchmark/dist/main.js'));
});

it('damaged files are read as they were, or refused with an error that names them', async () => {
  expect((await fuzz({ cases: 500, seed: 2 })).faults).toEqual([]);
});

// mkfifo, and /proc for their memory.
(process.platform === 'linux' ? it : it.skip)(
  'hostile files are refused by every command in one line, and nothing half-written stays',
  async () => {
    const { faults, cases } = await throughCommands({ size: 1 << 16, every: 211 });
    expect(faults).toEqual([]);
    expect(cases).toBeGreaterThan(5);
  },
  600_000,
);

it('killed commands leave whole files, and the next run writes what an undisturbed one does', async () => {
  expect((await kills({ cases: 7, seed: 2 })).faults).toEqual([]);
}, 600_000);

// ulimit and /dev/full.
(process.platform === 'linux' ? it : it.skip)(
  'commands that lack something say so',
  async () => {
    expect((await resources()).faults).toEqual([]);
    expect((await unwritable(['/proc/x'])).faults).toEqual([]);
  },
  600_000,
);

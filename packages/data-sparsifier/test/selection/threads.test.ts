import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { builtFile } from '../../../test-support/src/built-file.js';
import { DataNormSparsifier } from '@ds/data-sparsifier';
import { buildSync } from 'esbuild';
import { selectOnThreads } from '../../src/without-threads.js';
import { planSweep } from '../../src/selection/plan-sweep.js';
import { randomTable } from '../random-table.js';

const dist = dirname(builtFile(join(__dirname, '../../dist/index.js')));

/** Runs a program on the built package, where the threads are, and returns what it prints. */
async function run(program: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', `(async () => {${program}})()`]);
  return JSON.parse(stdout);
}

// Tables of every size around the one from which on they are cut into parts; shared and plain memory; many ties.
const program = (threads: number) => `
  const { DataNormSparsifier, levelSweep, levelSweepsInThreads } = await import(${JSON.stringify(pathToFileURL(join(dist, 'index.js')).href)});
  const table = (values, shape, shared, digits) => {
    const data = shared ? new Float32Array(new SharedArrayBuffer(4 * values)) : new Float32Array(values);
    for (let i = 0, x = values; i < values; i++) {
      x = (Math.imul(x, 1664525) + 1013904223) | 0;
      data[i] = Math.round((x / 2 ** 31) * digits) / digits;
    }
    return { data, shape };
  };
  const tables = {
    large: table(2_500_000, [500_000, 5], true, 1e6),
    row: table(2_200_001, [2_200_001], true, 1e6),
    ties: table(2_200_001, [2_200_001], false, 3),
    medium: table(160_000, [10_000, 16], true, 1e6),
    small: table(12, [3, 4], false, 10),
    empty: table(0, [0, 4], false, 1),
  };
  const same = [];
  for (const config of [
    { sparseBlockShape: [1, 1], norm: 'L1' },
    { sparseBlockShape: [1, 4], norm: 'L2', zerosPerBlock: 3 },
    { sparseBlockShape: [3, 2], norm: 'L1' },
  ]) {
    const make = () => new DataNormSparsifier({ ...config, sparsityLevel: 0.37, dataList: Object.entries(tables) });
    const [one, threaded] = [make(), make()];
    one.step();
    await threaded.stepInThreads({ threads: ${threads} });
    const levels = [0, 0.1, 0.37, 0.9, 0.91, 1];
    const sweeps = await levelSweepsInThreads({ tables, levels, ...config, threads: ${threads} });
    for (const [name, table] of Object.entries(tables)) {
      const ranks = levelSweep({ table, levels, ...config }).ranks;
      same.push(Buffer.from(one.getMask(name)).equals(threaded.getMask(name)));
      same.push(Buffer.from(ranks).equals(sweeps.get(name).ranks));
    }
  }
  console.log(JSON.stringify(same));
`;

describe('on threads', () => {
  test.each([1, 3])('%i threads make the masks and ranks of one', async (threads) => {
    expect(await run(program(threads))).toEqual(Array.from({ length: 36 }, () => true));
  });

  test('works from CommonJS', async () => {
    const masks = await run(
      `const { DataNormSparsifier } = require(${JSON.stringify(join(dist, 'index.cjs'))});
       const table = { data: Float32Array.of(1, 9, 2, 8), shape: [4] };
       const sparsifier = new DataNormSparsifier({ sparseBlockShape: [1, 1] }).addData('t', table);
       await sparsifier.stepInThreads();
       console.log(JSON.stringify([...sparsifier.getMask('t')]));`,
    );
    expect(masks).toEqual([0, 1, 0, 1]);
  });

  test('does nothing while enableMaskUpdate is false', async () => {
    const sparsifier = new DataNormSparsifier().addData('t', randomTable(1, [2, 4]));
    sparsifier.enableMaskUpdate = false;
    await sparsifier.stepInThreads();
    expect(sparsifier.getMask('t')).not.toContain(0);
  });

  test('refuses, as step does, a table that fits its shape no more', async () => {
    const table = randomTable(1, [2, 4]);
    const sparsifier = new DataNormSparsifier().addData('t', table);
    table.data = table.data.subarray(0, 3);
    const message = 'table "t": shape [2, 4] takes 8 values, found 3 in its data';
    expect(() => sparsifier.step()).toThrow(message);
    await expect(sparsifier.stepInThreads()).rejects.toThrow(message);
  });
});

describe('in a browser', () => {
  test('a bundle of the package names no module of Node', () => {
    const { outputFiles, errors } = buildSync({
      entryPoints: [join(dist, 'index.js')],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    expect(errors).toEqual([]);
    expect(outputFiles[0]!.text).toContain('DataNormSparsifier');
    expect(outputFiles[0]!.text).not.toMatch(/node:|worker_threads|require\(/);
  });

  test('the threads are the calling one', async () => {
    const table = randomTable(1, [4, 8]);
    const target = new Uint8Array(32);
    const plan = planSweep('t', table, { levels: [0.5] });
    await selectOnThreads({ jobs: [{ data: table.data, plan, output: 'mask', target }] });
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.5 }).addData('t', table);
    sparsifier.step();
    expect(target).toEqual(sparsifier.getMask('t'));
  });
});

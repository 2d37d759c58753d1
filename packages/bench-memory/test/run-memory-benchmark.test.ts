import childProcess from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-models';
import { benchCommand, builtFile, dumpedModels, originalData, originalModel } from '@ds/test-support';
import type * as BenchMemory from '../src/index.js';

// The built package, because the processes that serve the models are built files.
const built = builtFile(join(__dirname, '../dist/index.cjs'));
const { runMemoryBenchmark } = require(built) as typeof BenchMemory; // eslint-disable-line @typescript-eslint/no-require-imports

describe('runMemoryBenchmark', () => {
  const models = dumpedModels({ output: 'memory.csv' });
  const run = (options: Partial<Parameters<typeof runMemoryBenchmark>[0]> = {}) =>
    runMemoryBenchmark({
      processedDataFile: originalData,
      sparseModelMetadata: models.metadata,
      output: models.output,
      ...options,
    });

  test('a row for each model with dense tables, then with sparse ones; engine and notes once', async () => {
    const engines: string[] = [];
    const notes: string[] = [];
    const rows = await run({
      ...{ sparsityLevels: [0.9], engine: 'tfjs:cpu' },
      onEngine: ({ name, device }) => engines.push(`${name}:${device}`),
      onNote: (note) => notes.push(note),
    });
    expect(engines).toEqual(['tfjs:cpu']);
    expect(notes).toEqual([expect.stringMatching(/^ids not checked: /)]);
    expect(
      rows.map(({ dlrmType, sparsityLevel, batchSize }) => [dlrmType, sparsityLevel, batchSize]),
    ).toEqual(
      ['dense_tables', 'dense_tables', 'sparse_tables', 'sparse_tables'].map((type) => [type, 0.9, 201]),
    );
    for (const { tableBytes, loadTimeSec } of rows) {
      expect(tableBytes).toBeGreaterThan(0);
      expect(loadTimeSec).toBeGreaterThan(0);
    }
    expect(rows[2]!.tableBytes).toBeLessThan(rows[0]!.tableBytes / 2);
    expect((await readFile(models.output, 'utf8')).trim().split('\n')).toHaveLength(5);
  });

  test('the kinds of tables and the size of the batch can be chosen', async () => {
    const rows = await run({ sparsityLevels: [0], types: ['sparse_tables'], batchSize: 7 });
    expect(rows.map(({ dlrmType, batchSize }) => [dlrmType, batchSize])).toEqual(
      Array(2).fill(['sparse_tables', 7]),
    );
  });

  test('the output must not be an input', async () => {
    await expect(run({ output: originalData })).rejects.toThrow(originalData);
  });

  test('the error of a process is passed on, and no listener is left', async () => {
    const listeners = process.listenerCount('exit');
    await expect(run({ batchSize: 7, engine: 'none:none' as 'onnx' })).rejects.toThrow('none:none');
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  test('sparse tables come from the sparse file alone, if there is one', async () => {
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', originalModel, '--output', models.metadata, '--norms', 'L1', '--format', 'both'],
      ...['--sparsity-levels', '0.9', '--sparsified-model-dump-path', join(models.folder, 'both')],
    ]);
    expect(status).toBe(0);
    for (const { path } of await readSparseModelMetadata(models.metadata)) await rm(path!);
    expect(await run({ types: ['sparse_tables'], batchSize: 7 })).toHaveLength(2);
  });

  describe('a process that does not answer', () => {
    const { fork } = childProcess;
    let spy: jest.SpyInstance;
    const changeProcesses = (change: childProcess.ForkOptions) => {
      spy = jest
        .spyOn(childProcess, 'fork')
        .mockImplementation((path, options) =>
          fork(path, { ...(options as childProcess.ForkOptions), ...change }),
        );
    };
    afterEach(() => spy.mockRestore());

    test.each([
      [
        'because it is killed',
        `process.kill(process.pid, 'SIGKILL')`,
        /sl=0\.0\.zip: .* ended with SIGKILL$/,
      ],
      [
        'because it ends',
        `console.error('first'); console.error('last'); process.exit(3)`,
        /sl=0\.0\.zip: .* ended with exit code 3: last$/,
      ],
    ])('%s', async (_, code, message) => {
      const preload = encodeURIComponent(`if (process.send) { ${code} }`);
      const NODE_OPTIONS = `--import data:text/javascript,${preload}`;
      changeProcesses({ env: { ...process.env, NODE_OPTIONS } });
      await expect(run()).rejects.toThrow(message);
    });

    test('because it cannot be started', async () => {
      changeProcesses({ execPath: '/nowhere/node' });
      await expect(run()).rejects.toThrow('spawn /nowhere/node ENOENT');
    });
  });
});

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { firstTestBatch } from '@ds/criteo-data';
import { loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
import { originalData, originalModel, temporaryFolder } from '@ds/test-support';
import type { ServedModel } from '../src/measure-model.js';
import { serveModel } from '../src/serve-model.js';

describe('serveModel', () => {
  const folder = temporaryFolder();
  let model: ServedModel;

  beforeAll(async () => {
    setFlagsFromString('--expose-gc');
    globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;
    model = {
      ...(await firstTestBatch({ processedDataFile: originalData, batchSize: 20 })),
      ...{
        path: originalModel,
        modelName: originalModel,
        tables: 'dense',
        blockWidth: 1,
        processedDataFile: originalData,
      },
      engine: 'tfjs:cpu',
    };
  });

  async function embeddingTables(): Promise<Float32Array[]> {
    const state = await loadCheckpoint(originalModel);
    return Object.keys(state)
      .filter((name) => name.startsWith('emb_l.'))
      .map((name) => state[name]!.data);
  }

  test('dense tables take four bytes for each value', async () => {
    const { memory, engine } = await serveModel(model);
    const values = (await embeddingTables()).reduce((sum, { length }) => sum + length, 0);
    expect(memory.tableBytes).toBe(4 * values);
    expect(memory.batchSize).toBe(20);
    expect(`${engine.name}:${engine.device}`).toBe('tfjs:cpu');
  });

  test('sparse tables take four bytes for each value that is not 0, and bitmaps', async () => {
    const { memory } = await serveModel({ ...model, tables: 'sparse' });
    const tables = await embeddingTables();
    const kept = tables.reduce((sum, table) => sum + table.filter((value) => value !== 0).length, 0);
    const values = tables.reduce((sum, { length }) => sum + length, 0);
    expect(memory.tableBytes).toBeGreaterThanOrEqual(4 * kept + values / 8);
    expect(memory.tableBytes).toBeLessThan(4 * kept + values);
  });

  test('the memory is what the model adds to that of the process, also at its peak', async () => {
    await serveModel(model);
    // More than the process has ever held, so that its peak is now.
    const ballast = Buffer.alloc(500e6, 1);
    const { memory } = await serveModel(model);
    expect(Math.abs(memory.residentBytes)).toBeLessThan(ballast.length / 2);
    expect(Math.abs(memory.peakResidentBytes)).toBeLessThan(ballast.length / 2);
    expect(memory.peakResidentBytes).toBeGreaterThanOrEqual(memory.residentBytes);
  });

  test('garbage does not count', async () => {
    const collect = jest.spyOn(globalThis as { gc: () => void }, 'gc');
    await serveModel(model);
    // Before the model is loaded, and after it served.
    expect(collect).toHaveBeenCalledTimes(2);
    collect.mockRestore();
  });

  test('the time is in seconds and is that of the loading', async () => {
    const start = performance.now();
    const { memory } = await serveModel(model);
    expect(memory.loadTimeSec).toBeGreaterThan(0.001);
    expect(memory.loadTimeSec).toBeLessThan((performance.now() - start) / 1000);
  });

  test('says that ids were not checked, if the model or the data has none; a model that does not fit the data is an error', async () => {
    const { notes } = await serveModel({ ...model, idsFingerprint: 'c3d4' });
    expect(notes).toEqual([`ids not checked: ${originalModel} does not say which they are`]);
    const path = join(folder, 'with-ids.ckpt');
    await saveCheckpoint(path, await loadCheckpoint(originalModel), { metadata: { ids_sha256: 'c3d4' } });
    expect((await serveModel({ ...model, path, idsFingerprint: 'c3d4' })).notes).toEqual([]);
    const counts = model.counts.with(4, 32);
    await expect(serveModel({ ...model, counts })).rejects.toThrow(
      `${originalModel}: emb_l.4.weight: expected 32 rows, one for each value in ${originalData}, found 31`,
    );
    await expect(serveModel({ ...model, path: '/nowhere/m.ckpt' })).rejects.toThrow('/nowhere/m.ckpt');
  });
});

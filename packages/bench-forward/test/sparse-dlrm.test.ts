import { join } from 'node:path';
import { openCriteoDataset, type CriteoBatch } from '@ds/criteo-data';
import { Dlrm } from '@ds/dlrm';
import { SparseDlrm } from '../src/index.js';
import { openPasses } from '../src/open-passes.js';

const originalRun = join(__dirname, '../../test-support/test/golden/original-run');

describe('SparseDlrm', () => {
  let batch: CriteoBatch;
  beforeAll(async () => {
    const dataset = await openCriteoDataset({
      processedDataFile: join(originalRun, 'kaggleAdDisplayChallenge_processed.npz'),
      split: 'test',
    });
    for await (batch of dataset.batches({ batchSize: dataset.length }));
    await dataset.close();
  });

  test.each(['onnx', 'tfjs:wasm'] as const)('predicts what the dense model predicts (%s)', async (engine) => {
    const dlrm = await Dlrm.load(join(originalRun, 'criteo_model.ckpt'), { engine });
    const dense = await dlrm.forward(batch);
    const sparse = await new SparseDlrm(dlrm).forward(batch);
    expect(sparse.length).toBe(201);
    expect(Math.max(...sparse.map((score, i) => Math.abs(score - dense[i]!)))).toBeLessThan(1e-6);
    await dlrm.dispose();
  });

  test('also with tables that are all zero', async () => {
    const dlrm = await Dlrm.load(join(originalRun, 'criteo_model.ckpt'), { engine: 'onnx' });
    for (const [name, { data }] of Object.entries(dlrm.stateDict()))
      if (name.startsWith('emb_l')) data.fill(0);
    const dense = await dlrm.forward(batch);
    const sparse = await new SparseDlrm(dlrm).forward(batch);
    expect(Math.max(...sparse.map((score, i) => Math.abs(score - dense[i]!)))).toBeLessThan(1e-6);
    await dlrm.dispose();
  });

  test('and so does a model on sparse tables, to the last bit', async () => {
    const path = join(originalRun, 'criteo_model.ckpt');
    const dlrm = await Dlrm.load(path, { engine: 'onnx' });
    for (const blockWidth of [1, 4]) {
      const open = await openPasses({ path, types: ['sparse_tables'], blockWidth, engine: 'onnx' });
      expect(await open.passes[0]!(batch)).toEqual(await dlrm.forward(batch));
      await open.dispose();
    }
    await dlrm.dispose();
  });
});

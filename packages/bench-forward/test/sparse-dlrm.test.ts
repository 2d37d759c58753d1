import { ModelSource } from '@ds/bench-disk';
import { openCriteoDataset, type CriteoBatch } from '@ds/criteo-data';
import { Dlrm } from '@ds/dlrm';
import { originalData, originalModel } from '@ds/test-support';
import { SparseDlrm } from '../src/index.js';
import { openPasses } from '../src/open-passes.js';

describe('SparseDlrm', () => {
  let batch: CriteoBatch;
  beforeAll(async () => {
    const dataset = await openCriteoDataset({
      processedDataFile: originalData,
      split: 'test',
    });
    for await (batch of dataset.batches({ batchSize: dataset.length }));
    await dataset.close();
  });

  test.each(['onnx', 'tfjs:wasm'] as const)('predicts what the dense model predicts (%s)', async (engine) => {
    const dlrm = await Dlrm.load(originalModel, { engine });
    const dense = await dlrm.forward(batch);
    const sparse = await new SparseDlrm(dlrm).forward(batch);
    expect(sparse.length).toBe(201);
    expect(Math.max(...sparse.map((score, i) => Math.abs(score - dense[i]!)))).toBeLessThan(1e-6);
    await dlrm.dispose();
  });

  test('also with tables that are all zero', async () => {
    const dlrm = await Dlrm.load(originalModel, { engine: 'onnx' });
    for (const [name, { data }] of Object.entries(dlrm.stateDict()))
      if (name.startsWith('emb_l')) data.fill(0);
    const dense = await dlrm.forward(batch);
    const sparse = await new SparseDlrm(dlrm).forward(batch);
    expect(Math.max(...sparse.map((score, i) => Math.abs(score - dense[i]!)))).toBeLessThan(1e-6);
    await dlrm.dispose();
  });

  test('and so does a model on sparse tables, to the last bit', async () => {
    const dlrm = await Dlrm.load(originalModel, { engine: 'onnx' });
    const source = new ModelSource({ models: [], processedDataFile: originalData });
    for (const blockWidth of [1, 4]) {
      const model = {
        path: originalModel,
        stepTimeSec: 0,
        zipFileSize: 0,
        sparseBlockShape: [1, blockWidth] as const,
      };
      const open = await openPasses({ model, types: ['sparse_tables'] }, { source, engine: 'onnx' });
      expect(await open.passes[0]!(batch)).toEqual(await dlrm.forward(batch));
      await open.dispose();
    }
    await dlrm.dispose();
  });
});

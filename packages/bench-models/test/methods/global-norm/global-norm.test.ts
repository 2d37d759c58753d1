import { DataNormSparsifier } from '@ds/data-sparsifier';
import { embeddingTableNames, loadCheckpoint } from '@ds/tensor-files';
import { originalModel } from '@ds/test-support';
import type { BlockPoint } from '../../../src/index.js';
import { globalNorm } from '../../../src/methods/global-norm/global-norm.js';

test('prunes what the sparsifier does with one threshold over all tables', async () => {
  const stateDict = await loadCheckpoint(originalModel, { shared: true });
  const tables = Object.fromEntries(embeddingTableNames(stateDict).map((name) => [name, stateDict[name]!]));
  const [points] = globalNorm.grid({
    sparsityLevels: [0.5, 0.9],
    sparseBlockShapes: [[1, 4]],
    norms: ['L2'],
  });
  const plan = await globalNorm.sweep(tables, points!, { threads: 1 });
  for (const point of points!) {
    const sparsifier = new DataNormSparsifier({ ...(point as BlockPoint), scope: 'global' });
    for (const [name, table] of Object.entries(tables)) sparsifier.addData(name, table);
    sparsifier.step();
    const compressed = globalNorm.compress(stateDict, plan, point);
    for (const name of compressed.names) {
      const dense = [...compressed.pieces(name)].flatMap((piece) => [...piece]);
      expect(dense).toEqual([...sparsifier.getData(name, { original: false }).data]);
    }
    const values = Object.values(tables).reduce((sum, { data }) => sum + data.length, 0);
    expect(compressed.prunedValues / values).toBeCloseTo(point.sparsityLevel!, 3);
  }
});

test('its models have folders and a name of their own', () => {
  const [[point]] = globalNorm.grid({
    sparsityLevels: [0.9],
    sparseBlockShapes: [[1, 4]],
    norms: ['L1'],
  }) as [[Parameters<typeof globalNorm.file>[0]]];
  expect(globalNorm.file(point)).toEqual({
    folders: ['global', 'L1', 'config_(1, 4)'],
    name: 'criteo_model_norm=L1_sl=0.9',
  });
  expect(globalNorm.curve(point).name).toBe('L1, blocks (1, 4), global');
});

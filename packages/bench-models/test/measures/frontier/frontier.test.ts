import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import {
  aucChangeText,
  frontierAnswer,
  frontierColumns,
  frontierSummaries,
  paretoModels,
  readFrontier,
  relativeLoss,
  smallestWithin,
  writeResultsCsv,
  type FrontierPoint,
} from '../../../src/index.js';

const folder = temporaryFolder();

/** A model of some bytes that loses some ROC AUC, of a base of 0.8, on either split. */
function point(
  ratio: number,
  { loss, testLoss = loss, seed = 1 }: { loss: number; testLoss?: number; seed?: number },
): FrontierPoint {
  return {
    ...{
      method: 'mixed-precision',
      ratio,
      seed,
      wantedRatio: ratio,
      tableBytes: 64000 / ratio,
      bytesPerRow: 64 / ratio,
    },
    ...{ memoryRatio: ratio, rocAuc: 0.8 - testLoss, aucChange: -testLoss, aucChangeLower: -testLoss - 1e-4 },
    ...{ aucChangeUpper: -testLoss + 1e-4, logLoss: 0.5, logLossChange: 0.001, validationRocAuc: 0.8 - loss },
    ...{
      validationAucChange: -loss,
      lookupNs: 20,
      compressSeconds: 1,
      calibrationRows: 100,
      calibrationSeconds: 2,
    },
  };
}

test('is written and read back, with what tells the models apart first', async () => {
  const path = join(folder, 'frontier.csv');
  const rows: FrontierPoint[] = [
    { ...point(8, { loss: 1e-4 }), path: '/best/model.safetensors', fileBytes: 77 },
    { ...point(10, { loss: 1e-4 }), trainedEpochs: 2, trainedAucChange: 1e-4, trainedTableBytes: 9000 },
    {
      ...point(1, { loss: 0 }),
      ratio: undefined,
      wantedRatio: undefined,
      method: 'block-norm',
      norm: 'L1',
      sparseBlockShape: [1, 4],
      sparsityLevel: 0,
    },
    {
      ...point(2, { loss: 0 }),
      ratio: undefined,
      wantedRatio: undefined,
      method: 'global-norm',
      scope: 'global',
      norm: 'L2',
      sparseBlockShape: [1, 1],
      sparsityLevel: 0.5,
    },
    { ...point(5, { loss: 0 }), ratio: undefined, wantedRatio: undefined, method: 'rows-greedy', bits: 4 },
  ];
  await writeResultsCsv({ path, columns: frontierColumns({ isTrained: true }), makeRows: async () => rows });
  expect(await readFrontier(path)).toEqual(rows);
});

test('refuses a model that is there twice for a seed, and a row without its fields', async () => {
  const path = join(folder, 'twice.csv');
  const rows = [point(8, { loss: 0 }), point(8, { loss: 0, seed: 2 }), point(8, { loss: 0 })];
  await writeResultsCsv({ path, columns: frontierColumns({ isTrained: true }), makeRows: async () => rows });
  await expect(readFrontier(path)).rejects.toThrow('two rows of mixed precision, 8 times smaller, seed 1');
  const heading = frontierColumns({ isTrained: false })
    .map(({ name }) => name)
    .join();
  await writeFile(
    path,
    `${heading}\nblock-norm,${','.repeat(frontierColumns({ isTrained: false }).length - 2)}\n`,
  );
  await expect(readFrontier(path)).rejects.toThrow("line 2: norm: expected L1 or L2, found ''");
});

test('the smallest model is chosen on the validation split, whatever it loses on the test split', () => {
  const models = [
    point(8, { loss: 1e-4 }),
    point(20, { loss: 7.9e-4, testLoss: 0.1 }),
    point(30, { loss: 8.1e-4, testLoss: 0 }),
    point(300, { loss: 0, seed: 2 }),
  ];
  expect(smallestWithin(models, 0.001)).toBe(models[1]);
  const { best, sentence, facts } = frontierAnswer(models, 0.001);
  expect(best).toBe(models[1]);
  expect(sentence).toContain('at most 0.1 % of its ROC AUC has tables 20.0 times smaller');
  expect(Object.fromEntries(facts)['change of ROC AUC']).toBe(
    '-1000.0e-4 (95 %: -1001.0 to -999.0), on the test split',
  );
});

test('a model that loses exactly the bound is within it; of equally small ones, the better is taken', () => {
  const [worse, better] = [point(20, { loss: 0.0005 }), point(20, { loss: 0.0001 })];
  expect(smallestWithin([worse, better], 0.001)).toBe(better);
  expect(smallestWithin([better, worse], 0.001)).toBe(better);
  const exact = point(30, { loss: 0.1 });
  expect(smallestWithin([better, exact], relativeLoss(exact))).toBe(exact);
});

test.each([
  [
    { aucChange: -0.78e-4, aucChangeLower: -1.05e-4, aucChangeUpper: -0.5e-4 },
    '-0.78e-4 (95 %: -1.05 to -0.50)',
  ],
  [
    { aucChange: -0.1866, aucChangeLower: -0.1957, aucChangeUpper: -0.1776 },
    '-1866e-4 (95 %: -1957 to -1776)',
  ],
  [{ aucChange: 0, aucChangeLower: 0, aucChangeUpper: 0 }, '0.00e-4 (95 %: 0.00 to 0.00)'],
  [{ aucChange: -1e-9, aucChangeLower: -1e-4, aucChangeUpper: 1e-4 }, '0.0e-4 (95 %: -1.0 to 1.0)'],
])('%j has no digit that is not known', (change, text) => {
  expect(aucChangeText(change)).toBe(text);
});

test('where every model loses more, the answer is what the best of them loses', () => {
  const models = [point(8, { loss: 0.04 }), point(20, { loss: 0.4 })];
  for (const either of [models, [...models].reverse()]) {
    const { best, sentence, facts } = frontierAnswer(either, 0.001);
    expect(best).toBeUndefined();
    expect(sentence).toBe(
      'No model loses at most 0.1 % of its ROC AUC: the least loss on the validation split is 5 %, ' +
        'by mixed precision, 8 times smaller, with tables of 8000 bytes.',
    );
    expect(facts).toEqual([]);
  }
});

test('the facts are the sizes, the change on the test split, what it was chosen by, and its file if it has one', () => {
  const small = point(20, { loss: 0.0004, testLoss: 0.0012 });
  const larger = point(8, { loss: 0 });
  expect(frontierAnswer([larger, small], 0.001).facts).toEqual([
    ['method', 'Mixed precision'],
    ['tables in memory', '3200 bytes, 3.20 a row with index'],
    ['change of ROC AUC', '-12.0e-4 (95 %: -13.0 to -11.0), on the test split'],
    ['chosen by', 'the loss on the validation split, 0.05 %'],
  ]);
  const stored = { ...small, path: '/models/a "b".safetensors', fileBytes: 4321 };
  const { facts } = frontierAnswer([larger, stored, point(20, { loss: 0, seed: 2 })], 0.001);
  expect(facts.slice(2)).toEqual([
    ['file on disk', '4321 bytes'],
    ['change of ROC AUC', '-12.0e-4 (95 %: -13.0 to -11.0), on the test split'],
    ['chosen by', 'the loss on the validation split, 0.05 %, seed 1'],
    ['model', '/models/a "b".safetensors'],
    ['serve it', 'Dlrm.load("/models/a \\"b\\".safetensors")'],
  ]);
});

test.each([
  [8, '8.00'],
  [99.96, '100'],
  [100, '100'],
  [1234.5, '1235'],
])('tables %d times smaller are called %s times smaller', (ratio, text) => {
  expect(frontierAnswer([point(ratio, { loss: 0 })], 0.001).sentence).toContain(
    `has tables ${text} times smaller than in float32`,
  );
});

test('several seeds of a model are their mean and standard deviation', () => {
  const [summary, other] = frontierSummaries([
    point(8, { loss: 1e-4, seed: 1 }),
    point(20, { loss: 5e-4, seed: 1 }),
    { ...point(8, { loss: 3e-4, seed: 2 }), tableBytes: 8600, logLoss: 0.8 },
    point(8, { loss: 8e-4, seed: 3 }),
  ]);
  expect(summary).toMatchObject({
    ...{ method: 'mixed-precision', ratio: 8, seed: 1, calibrationRows: 100 },
    ...{ seeds: 3, tableBytes: 8200, logLoss: expect.closeTo(0.6, 12) },
    ...{ aucChange: expect.closeTo(-4e-4, 12), aucChangeUpper: expect.closeTo(-3e-4, 12) },
  });
  // The deviations are 3, 1 and 4 ten-thousandths; their squares are divided by 2.
  expect(summary!.aucChangeSpread).toBeCloseTo(Math.sqrt(13) * 1e-4, 12);
  expect(other).toMatchObject({ seeds: 1, aucChange: -5e-4 });
  expect(other!.aucChangeSpread).toBeUndefined();
});

test('so is what further training did to them, where they were trained', () => {
  const trained = (change: number) => ({
    ...{ trainedEpochs: 1, trainedAucChange: change, trainedAucChangeLower: change - 1e-4 },
    ...{ trainedAucChangeUpper: change + 1e-4, trainedBaseAucChange: 2e-3, trainedTableBytes: 1000 },
  });
  const [summary] = frontierSummaries([
    { ...point(8, { loss: 1e-4, seed: 1 }), ...trained(1e-4) },
    { ...point(8, { loss: 3e-4, seed: 2 }), ...trained(5e-4), trainedTableBytes: 3000 },
  ]);
  expect(summary).toMatchObject({ trainedAucChange: expect.closeTo(3e-4, 12), trainedTableBytes: 2000 });
  const [untrained] = frontierSummaries([point(8, { loss: 1e-4 })]);
  expect(untrained).not.toHaveProperty('trainedAucChange');
});

test('the models for one ratio are one, although each seed has a level of its own for it', () => {
  const blocks = (sparsityLevel: number, seed: number, wantedRatio?: number): FrontierPoint => ({
    ...point(8, { loss: 0, seed }),
    ...{
      ratio: undefined,
      wantedRatio,
      method: 'block-norm',
      norm: 'L1',
      sparseBlockShape: [1, 4],
      sparsityLevel,
    },
  });
  const seedsOf = (points: FrontierPoint[]) => frontierSummaries(points).map(({ seeds }) => seeds);
  expect(seedsOf([blocks(0.8, 1, 8), blocks(0.9, 1, 16), blocks(0.81, 2, 8)])).toEqual([2, 1]);
  // Without a wanted ratio the level is what was asked for.
  expect(seedsOf([blocks(0.8, 1), blocks(0.81, 2), blocks(0.8, 2)])).toEqual([2, 1]);
});

test('a time is a mean only if it is known of every seed', () => {
  const known = point(8, { loss: 0 });
  const unknown = { ...point(8, { loss: 0, seed: 2 }), compressSeconds: 4 };
  delete unknown.lookupNs;
  for (const seeds of [
    [known, unknown],
    [unknown, known],
  ]) {
    const [summary] = frontierSummaries(seeds);
    expect(summary).toMatchObject({ compressSeconds: 2.5, calibrationSeconds: 2 });
    expect(summary).not.toHaveProperty('lookupNs');
  }
});

test('a model that another one beats in bytes and in quality is not on the frontier', () => {
  const models = [point(8, { loss: 1e-4 }), point(20, { loss: 0.5e-4 }), point(30, { loss: 2e-4 })];
  expect(paretoModels(models).map(({ ratio }) => ratio)).toEqual([20, 30]);
  // Nor is one that is only as good as a smaller one, or the worse of two of the same size.
  const equal = [point(10, { loss: 2e-4 }), point(30, { loss: 2e-4 }), point(30, { loss: 3e-4, seed: 2 })];
  for (const either of [equal, [...equal].reverse()]) expect(paretoModels(either)).toEqual([equal[1]]);
  // Each of the larger ones must be better than all smaller ones, not only than the one before.
  const worse = [point(30, { loss: 1e-4 }), point(20, { loss: 3e-4 }), point(10, { loss: 2e-4 })];
  expect(paretoModels(worse).map(({ ratio }) => ratio)).toEqual([30]);
});

test('a frontier of models that were not trained further has no columns of that', async () => {
  const names = (isTrained: boolean) => frontierColumns({ isTrained }).map(({ name }) => name);
  const own = names(true).filter((name) => !names(false).includes(name));
  expect(own).toEqual([
    ...['trained_epochs', 'trained_auc_change', 'trained_auc_change_lower', 'trained_auc_change_upper'],
    ...['trained_base_auc_change', 'trained_table_bytes'],
  ]);
  expect(new Set(names(true)).size).toBe(names(true).length);
  expect(names(false).slice(0, 4)).toEqual(['method', 'norm', 'sparse_block_shape', 'sparsity_level']);
});

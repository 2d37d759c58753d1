import type { MixedPrecisionTable } from '@ds/data-sparsifier';
import { compressWithinAucLoss, measureTables } from '../src/index.js';
import { readGoldenModel } from './golden-model.js';

async function measuredTables() {
  const { state, tables } = await readGoldenModel();
  return measureTables({
    tables: Object.fromEntries(tables.map(({ name }) => [name, state[name]!])),
    importance: Object.fromEntries(
      tables.map(({ name, accesses, curvature }) => [name, { accesses, curvature }]),
    ),
  });
}

const bytesOf = (tables: Record<string, MixedPrecisionTable>) =>
  Object.values(tables).reduce((sum, { byteLength }) => sum + byteLength, 0);

// An AUC that falls as tables get smaller: 1 / bytes.
const aucOfBytes = async (tables: Record<string, MixedPrecisionTable>) => 0.8 - 1 / bytesOf(tables);

test.each([1 / 500, 1 / 1000, 1 / 2500])(
  'finds the smallest tables that lose at most %s',
  async (maxAucLoss) => {
    const tables = await measuredTables();
    const found = await compressWithinAucLoss({ tables, auc: aucOfBytes, baseAuc: 0.8, maxAucLoss });
    const wanted = 1 / maxAucLoss;
    expect(bytesOf(found.tables)).toBeGreaterThanOrEqual(wanted);
    // 2 % by the search, and rows are whole.
    expect(bytesOf(found.tables)).toBeLessThan(wanted * 1.04 + 40);
    expect(found.tried.length).toBeLessThan(12);
    for (const { bytes, aucLoss } of found.tried) expect(aucLoss).toBeCloseTo(1 / bytes, 10);
  },
);

test('stores no row where none is needed', async () => {
  const tables = await measuredTables();
  const found = await compressWithinAucLoss({ tables, auc: async () => 0.8, baseAuc: 0.8, maxAucLoss: 0 });
  expect(bytesOf(found.tables)).toBe(0);
});

test('says the least loss and its size where no tables meet the bound', async () => {
  const tables = await measuredTables();
  const search = compressWithinAucLoss({ tables, auc: aucOfBytes, baseAuc: 0.9, maxAucLoss: 1e-3 });
  await expect(search).rejects.toThrow(
    /^expected tables that lose at most 0\.001 of ROC AUC, but the least loss is 1\.00e-1, of tables of \d+ bytes, \d\.\d\d times smaller/,
  );
  await expect(
    compressWithinAucLoss({ tables, auc: aucOfBytes, baseAuc: 0.9, maxAucLoss: NaN }),
  ).rejects.toThrow('maxAucLoss: expected a number, found NaN');
});

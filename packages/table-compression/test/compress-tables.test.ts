import { compressTables, measureTables } from '../src/index.js';
import { readGoldenModel } from './golden-model.js';

async function goldenTables() {
  const { state, tables } = await readGoldenModel();
  return {
    tables: Object.fromEntries(tables.map(({ name }) => [name, state[name]!])),
    importance: Object.fromEntries(
      tables.map(({ name, accesses, curvature }) => [name, { accesses, curvature }]),
    ),
  };
}

const bytesOf = (tables: Record<string, { byteLength: number }>) =>
  Object.values(tables).reduce((sum, { byteLength }) => sum + byteLength, 0);

test.each([{ ratio: 4 }, { ratio: 10 }, { ratio: 50 }, { bytes: 3000 }, { bytes: 0 }])(
  'keeps within the budget %j',
  async (budget) => {
    const { tables, importance } = await goldenTables();
    const { denseBytes } = measureTables({ tables });
    expect(denseBytes).toBe(4 * 8 * (37 + 5 + 120 + 61));
    const small = compressTables({ tables, importance, budget });
    expect(Object.keys(small)).toEqual(Object.keys(tables));
    const limit = 'bytes' in budget ? budget.bytes! : denseBytes / budget.ratio!;
    expect(bytesOf(small)).toBeLessThanOrEqual(limit);
    expect(bytesOf(small)).toBeGreaterThanOrEqual(limit - 64);
  },
);

test('gives the bits to the rows that the loss depends on', async () => {
  const { tables, importance } = await goldenTables();
  const lossOf = (small: ReturnType<typeof compressTables>) =>
    Object.entries(tables).reduce((sum, [name, { data }]) => {
      const read = small[name]!.toDense();
      const { accesses, curvature } = importance[name]!;
      for (let row = 0; row < accesses.length; row++) {
        for (let i = 0; i < 8; i++) {
          for (let j = 0; j < 8; j++) {
            const [a, b] = [row * 8 + i, row * 8 + j];
            sum += accesses[row]! * (read[a]! - data[a]!) * curvature[i * 8 + j]! * (read[b]! - data[b]!);
          }
        }
      }
      return sum;
    }, 0);
  for (const ratio of [6, 12, 25]) {
    const budget = { ratio };
    const withData = lossOf(compressTables({ tables, importance, budget }));
    expect(withData).toBeLessThan(0.7 * lossOf(compressTables({ tables, budget })));
  }
});

test('one measurement serves every budget', async () => {
  const { tables, importance } = await goldenTables();
  const measured = measureTables({ tables, importance });
  for (const ratio of [5, 20]) {
    const once = measured.compress({ ratio });
    const anew = compressTables({ tables, importance, budget: { ratio } });
    for (const name of Object.keys(tables)) expect(once[name]!.parts()).toEqual(anew[name]!.parts());
  }
});

test('takes tables of no rows', () => {
  const small = compressTables({
    tables: { a: { data: new Float32Array(0), shape: [0, 4] } },
    budget: { ratio: 2 },
  });
  expect(small['a']!.byteLength).toBe(0);
});

describe('refuses', () => {
  const table = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
  const importance = { accesses: new Float64Array(2), curvature: new Float64Array(4) };
  test.each([
    ['a negative budget', { budget: { bytes: -1 } }, 'budget: expected at least 0 bytes, found -1'],
    ['a ratio of 0', { budget: { ratio: 0 } }, 'budget: expected a ratio above 0, found 0'],
    ['NaN as a ratio', { budget: { ratio: NaN } }, 'budget: expected a ratio above 0, found NaN'],
    [
      'a weight that is not a number',
      { tables: { a: { ...table, data: Float32Array.of(1, 2, NaN, 4) } } },
      'table "a", row 1, column 0: expected a finite value within 65504, found NaN',
    ],
    [
      'a shape that is not the data',
      { tables: { a: { ...table, shape: [3, 2] } } },
      'table "a": expected data of shape (rows, dim), found 4 values of shape (3, 2)',
    ],
    [
      'no importance of a table',
      { importance: {} },
      'importance: expected an entry for table "a", found none',
    ],
    [
      'accesses of another table',
      { importance: { a: { ...importance, accesses: new Float64Array(3) } } },
      'importance of table "a": expected 2 accesses and a curvature (2, 2), found 3 and 4 values',
    ],
    [
      'accesses that are not numbers',
      { importance: { a: { ...importance, accesses: Float64Array.of(0, NaN) } } },
      'importance of table "a": expected at least 0 accesses of row 1, found NaN',
    ],
  ])('%s', (_, change, message) => {
    const options = { tables: { a: table }, importance: { a: importance }, budget: { ratio: 2 }, ...change };
    expect(() => compressTables(options as Parameters<typeof compressTables>[0])).toThrow(message);
  });
});

import { roundRows, unpackFusedRows } from '@ds/data-sparsifier';
import { compressTables } from '@ds/table-compression';
import { embeddingTableNames, loadCheckpoint, type StateDict } from '@ds/tensor-files';
import { originalModel } from '@ds/test-support';
import { methodsWithIds, type GridPoint } from '../../src/index.js';
import { someImportance } from './some-importance.js';

let tables: StateDict;
let importance: ReturnType<typeof someImportance>;
beforeAll(async () => {
  const stateDict = await loadCheckpoint(originalModel, { shared: true });
  tables = Object.fromEntries(embeddingTableNames(stateDict).map((name) => [name, stateDict[name]!]));
  importance = someImportance(tables);
});

/** The dense values of all tables, one after another, as a method compresses them. */
async function compressed(
  id: string,
  settings: object,
  pick: (point: GridPoint) => boolean,
): Promise<number[]> {
  const [method] = methodsWithIds([id]);
  const points = method!.grid(settings)[0]!;
  const plan = await method!.sweep(tables, points, { threads: 1, importance });
  const made = method!.compress(tables, plan, points.find(pick)!);
  return made.names.flatMap((name) => [...made.embeddingTable(name).toDense()]);
}

interface Value {
  table: string;
  row: number;
  column: number;
  value: number;
}

const values = (): Value[] =>
  Object.entries(tables).flatMap(([table, { data, shape }]) =>
    Array.from(data, (value, at) => {
      const dim = shape[1]!;
      return { table, row: Math.floor(at / dim), column: at % dim, value };
    }),
  );

/** The values with those of the lowest scores as 0: the first round(0.7 n) in ascending order. */
function prunedByScore(score: (value: Value) => number): number[] {
  const all = values();
  const order = all.map((_, at) => at).sort((a, b) => score(all[a]!) - score(all[b]!) || a - b);
  const pruned = new Set(order.slice(0, Math.round(0.7 * all.length)));
  return all.map(({ value }, at) => (pruned.has(at) ? 0 : value));
}

/** How many values differ: float32 rounds a few scores to the same number, or past each other. */
const differing = (found: number[], expected: number[]) =>
  found.filter((value, at) => value !== expected[at]).length;

const atLevel = ({ sparsityLevel }: GridPoint) => sparsityLevel === 0.7;
const singleValues = { sparsityLevels: [0.2, 0.7], sparseBlockShapes: [[1, 1]] };

test('access x norm prunes the values with the smallest lookups x absolute value of all tables', async () => {
  const found = await compressed('access-norm', { ...singleValues, norms: ['L1'] }, atLevel);
  const expected = prunedByScore(
    ({ table, row, value }) => importance[table]!.accesses[row]! * Math.abs(value),
  );
  expect(differing(found, expected)).toBeLessThanOrEqual(2);
});

test('access x norm counts lookups once where values are squared', async () => {
  const found = await compressed(
    'access-norm',
    { ...singleValues, norms: ['L2'], allCombinations: true },
    atLevel,
  );
  const expected = prunedByScore(
    ({ table, row, value }) => importance[table]!.accesses[row]! * value * value,
  );
  expect(differing(found, expected)).toBeLessThanOrEqual(2);
});

test('curvature x access prunes the values with the smallest f h w^2', async () => {
  const found = await compressed('curvature-access', singleValues, atLevel);
  const expected = prunedByScore(({ table, row, column, value }) => {
    const { accesses, curvature } = importance[table]!;
    return accesses[row]! * curvature[column * tables[table]!.shape[1]! + column]! * value * value;
  });
  expect(differing(found, expected)).toBeLessThanOrEqual(2);
});

test.each([8, 4] as const)(
  'whole rows in int%i are the rows of the largest f w^T H w, rounded',
  async (bits) => {
    const found = await compressed(`rows-int${bits}`, { sparsityLevels: [0.2, 0.7] }, atLevel);
    const rows = Object.entries(tables).flatMap(([table, { data, shape }]) => {
      const [count, dim] = shape as [number, number];
      return Array.from({ length: count }, (_, row) => {
        const of = data.subarray(row * dim, (row + 1) * dim);
        const { accesses, curvature } = importance[table]!;
        let score = 0;
        of.forEach((a, i) => of.forEach((b, j) => (score += a * b * curvature[i * dim + j]!)));
        return { values: of, score: accesses[row]! * score };
      });
    });
    const order = rows.map((_, at) => at).sort((a, b) => rows[a]!.score - rows[b]!.score || a - b);
    const pruned = new Set(order.slice(0, Math.round(0.7 * rows.length)));
    const expected = rows.flatMap(({ values: of }, at) => {
      if (pruned.has(at)) return Array<number>(of.length).fill(0);
      const packed = roundRows({ values: of, dim: of.length, bits, rounding: 'nearest' });
      return [...unpackFusedRows({ packed, dim: of.length, bits })];
    });
    expect(found).toEqual(expected);
  },
);

test.each(['nearest', 'greedy', 'curvature'] as const)(
  'all rows rounded by %s are what roundRows gives',
  async (rounding) => {
    const found = await compressed(`rows-${rounding}`, { bits: [4, 2] }, ({ bits }) => bits === 2);
    const expected = Object.entries(tables).flatMap(([name, { data, shape }]) => {
      const dim = shape[1]!;
      const { curvature } = importance[name]!;
      const packed = roundRows({ values: data, dim, bits: 2, rounding, curvature });
      return [...unpackFusedRows({ packed, dim, bits: 2 })];
    });
    expect(found).toEqual(expected);
  },
);

test('mixed precision is what compressTables gives', async () => {
  const found = await compressed('mixed-precision', { ratios: [8, 20] }, ({ ratio }) => ratio === 20);
  const expected = compressTables({ tables, importance, budget: { ratio: 20 } });
  expect(found).toEqual(Object.keys(tables).flatMap((name) => [...expected[name]!.toDense()]));
});

test('the points of a ladder keep less and less, from everything on', async () => {
  for (const method of methodsWithIds(['global-norm', 'access-norm', 'curvature-access', 'rows-int8'])) {
    const levels = method.ladder!([8]).map(({ sparsityLevel }) => sparsityLevel!);
    expect(levels[0]).toBe(0);
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(levels.at(-1)).toBeGreaterThan(0.999);
  }
});

test.each([
  ['rows-nearest', { bits: [] }, 'bits: expected at least one, found none'],
  ['rows-nearest', { bits: [4, 4] }, 'bits: expected each once, found 4 twice'],
  ['mixed-precision', { ratios: [0.5] }, 'ratio: expected a number of at least 1, found 0.5'],
  ['mixed-precision', { ratios: [8, 8] }, 'ratios: expected each once, found 8 twice'],
  ['rows-int8', { sparsityLevels: [2] }, 'sparsity level: expected a number from 0 to 1, found 2'],
])('%s refuses %j', (id, settings, message) => {
  expect(() => methodsWithIds([id])[0]!.grid(settings)).toThrow(message);
});

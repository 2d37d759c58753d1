import { DataNormSparsifier } from '@ds/data-sparsifier';
import { embeddingTableNames, loadCheckpoint, type StateDict } from '@ds/tensor-files';
import { originalModel } from '@ds/test-support';
import { methodOf, methods, methodSettings, methodsWithScopes, type Method } from '../../src/index.js';

// On this thread: among the sources jest finds no worker files.
jest.mock('../../../data-sparsifier/src/threads', () =>
  jest.requireActual('../../../data-sparsifier/src/threads.browser'),
);

const tablesOf = (stateDict: StateDict) =>
  Object.fromEntries(embeddingTableNames(stateDict).map((name) => [name, stateDict[name]!]));

test("the first method is the original's, of models without a scope", () => {
  expect(methodOf({})).toBe(methods[0]);
  expect(methodsWithScopes(['table'])).toEqual([methods[0]]);
});

test('ids, scopes and files are different ones', () => {
  for (const key of ['id', 'scope'] as const)
    expect(new Set(methods.map((method) => method[key])).size).toBe(methods.length);
  const files = methods.flatMap((method) =>
    method
      .grid({ allCombinations: true })
      .flat()
      .map((point) => JSON.stringify(method.file(point))),
  );
  expect(new Set(files).size).toBe(files.length);
  expect(new Set(methodSettings.map(({ flag }) => flag)).size).toBe(methodSettings.length);
});

test.each([
  [['rows'], "scope: expected table or global, found 'rows'"],
  [[], 'scope: expected at least one, found none'],
  [['table', 'table'], 'scope: expected each once, found table twice'],
])('refuses the scopes %j', (scopes, message) => {
  expect(() => methodsWithScopes(scopes)).toThrow(message);
});

/** Whether a method's curve, point and level belong together in every way that the benchmarks use them. */
describe.each(methods.map((method): [string, Method] => [method.id, method]))('%s', (_, method) => {
  test('its points name it, and those of a sweep are on one curve', () => {
    for (const points of method.grid({})) {
      expect(new Set(points.map((point) => method.curve(point).name)).size).toBe(1);
      for (const point of points) expect(methodOf(point)).toBe(method);
    }
  });

  test('what it compresses is the same as dense values, as an embedding table and as file parts', async () => {
    const stateDict = await loadCheckpoint(originalModel, { shared: true });
    const [points] = method.grid({ sparsityLevels: [0.6, 0.9], sparseBlockShapes: [[1, 4]], norms: ['L1'] });
    const plan = await method.sweep(tablesOf(stateDict), points!, { threads: 1 });
    const tables = method.compress(stateDict, plan, points![1]!);
    expect(tables.names).toHaveLength(26);
    for (const name of tables.names) {
      const dense = Float32Array.from([...tables.pieces(name)].flatMap((piece) => [...piece]));
      expect(dense).toHaveLength(stateDict[name]!.data.length);
      const table = tables.embeddingTable(name);
      const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
      const gathered = new Float32Array(dense.length);
      table.gatherRows(rows, gathered);
      expect(gathered).toEqual(dense);
      const { values } = tables.fileParts(name).bitmaps();
      expect(values.filter((value) => value !== 0)).toEqual(dense.filter((value) => value !== 0));
    }
    expect(tables.secondsTaken).toBeGreaterThan(0);
  });
});

test('the block norm prunes what the sparsifier does', async () => {
  const stateDict = await loadCheckpoint(originalModel, { shared: true });
  const method = methods[0]!;
  const [points] = method.grid({ sparsityLevels: [0.3, 0.8], sparseBlockShapes: [[2, 4]], norms: ['L2'] });
  const plan = await method.sweep(tablesOf(stateDict), points!, { threads: 1 });
  for (const point of points!) {
    const sparsifier = new DataNormSparsifier({ ...point, scope: 'table' });
    const tables = method.compress(stateDict, plan, point);
    for (const name of tables.names) sparsifier.addData(name, stateDict[name]!);
    sparsifier.step();
    for (const name of tables.names) {
      const dense = [...tables.pieces(name)].flatMap((piece) => [...piece]);
      expect(dense).toEqual([...sparsifier.getData(name, { original: false }).data]);
    }
  }
});

import {
  DataNormSparsifier,
  TableMemory,
  type EmbeddingTable,
  type MixedPrecisionTable,
  type SparseTable,
} from '@ds/data-sparsifier';
import { embeddingTableNames, loadCheckpoint, type StateDict } from '@ds/tensor-files';
import { originalModel, temporaryFolder } from '@ds/test-support';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModelTensors } from '@ds/tensor-files';
import {
  isUnpruned,
  methodOf,
  methods,
  methodSettings,
  methodsWithIds,
  methodsWithScopes,
  modelTitle,
  type BlockPoint,
  type Method,
} from '../../src/index.js';
import { parseBits } from '../../src/methods/coded-rows/bits.js';
import { someImportance } from './some-importance.js';

// On this thread: among the sources jest finds no worker files.
jest.mock('../../../data-sparsifier/src/threads', () =>
  jest.requireActual('../../../data-sparsifier/src/without-threads'),
);

const folder = temporaryFolder();

/** The tables over shared memory, as `loadTables` reads them. */
function sharedTables(tables: StateDict): StateDict {
  return Object.fromEntries(
    Object.entries(tables).map(([name, { data, shape }]) => {
      const shared = new Float32Array(new SharedArrayBuffer(data.byteLength) as unknown as ArrayBuffer);
      shared.set(data);
      return [name, { data: shared, shape }];
    }),
  );
}

const tablesOf = (stateDict: StateDict) =>
  Object.fromEntries(embeddingTableNames(stateDict).map((name) => [name, stateDict[name]!]));

test("the first method is the original's, of models without a scope", () => {
  expect(methodOf({})).toBe(methods[0]);
  expect(methodsWithScopes(['table'])).toEqual([methods[0]]);
});

test('ids, scopes and files are different ones', () => {
  expect(new Set(methods.map(({ id }) => id)).size).toBe(methods.length);
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

test('methods are found by their ids', () => {
  expect(methodsWithIds(['mixed-precision', 'block-norm']).map(({ label }) => label)).toEqual([
    'Mixed precision',
    'Block norm',
  ]);
  expect(() => methodsWithIds(['int3'])).toThrow('method: expected one of block-norm, global-norm');
  expect(() => methodsWithIds(['block-norm', 'block-norm'])).toThrow('method: expected each once');
});

test('labels begin with a capital, and names of curves with none but that of a norm', () => {
  for (const method of methods) {
    expect(method.label).toMatch(/^[A-Z]/);
    expect(method.curve(method.grid({})[0]![0]!).name).toMatch(/^(?:L[12], )?[a-z]/);
  }
});

/** Whether a method's curve, point and level belong together in every way that the benchmarks use them. */
describe.each(methods.map((method): [string, Method] => [method.id, method]))('%s', (_, method) => {
  test('its points name it, and those of a sweep are on one curve', () => {
    for (const points of method.grid({})) {
      expect(new Set(points.map((point) => method.curve(point).name)).size).toBe(1);
      for (const point of points) expect(methodOf(point)).toBe(method);
    }
  });

  test('the models of its grid have different titles, and the fields that it says', () => {
    const points = method.grid({}).flat();
    expect(new Set(points.map(modelTitle)).size).toBe(points.length);
    for (const point of points) {
      const own = Object.keys(point).filter((name) => name !== 'scope' && name !== 'method');
      expect(own).toEqual(method.fields.filter((name) => name !== 'method'));
    }
  });

  test('what it compresses is the same as dense values, as an embedding table and in a file', async () => {
    const stateDict = await loadCheckpoint(originalModel, { shared: true });
    const [points] = method.grid({
      ...{ sparsityLevels: [0.6, 0.9], sparseBlockShapes: [[1, 4]], norms: ['L1'] },
      ...{ bits: [8, 4], ratios: [8, 20] },
    });
    const chosen = tablesOf(stateDict);
    const importance = someImportance(chosen);
    const plan = await method.sweep(chosen, points!, { threads: 1, importance });
    const tables = method.compress(stateDict, plan, points![1]!);
    expect(tables.names).toHaveLength(26);
    const layers = Object.fromEntries(Object.entries(stateDict).filter(([name]) => !(name in chosen)));
    const path = join(folder, `${method.id}.safetensors`);
    await writeFile(path, tables.checkpoint(layers));
    const loaded = await loadModelTensors(path);
    let zeros = 0;
    for (const name of tables.names) {
      const dense = Float32Array.from([...tables.pieces(name)].flatMap((piece) => [...piece]));
      expect(dense).toHaveLength(stateDict[name]!.data.length);
      expect(tables.embeddingTable(name).toDense()).toEqual(dense);
      expect(tables.embeddingTable(name, { memory: new TableMemory() }).toDense()).toEqual(dense);
      const fromFile = loaded[name] as EmbeddingTable;
      expect(fromFile.toDense()).toEqual(dense);
      if (method.stores === 'values') zeros += dense.filter((value) => value === 0).length;
    }
    expect(Object.keys(loaded).sort()).toEqual(Object.keys(stateDict).sort());
    if (method.stores === 'codes') {
      // A code may stand for zero; a row without codes is pruned.
      for (const name of tables.names) {
        const { bits, dim } = tables.embeddingTable(name) as MixedPrecisionTable;
        zeros += dim * bits.filter((ofRow) => ofRow === 0).length;
      }
    }
    expect(tables.prunedValues).toBe(zeros);
    expect(tables.keepsValues ?? false).toBe(method.stores === 'values');
    expect(tables.secondsTaken).toBeGreaterThan(0);
  });

  test('where it needs calibration, a table whose importance is not known is named', async () => {
    if (method.needs === 'tables') return;
    const stateDict = await loadCheckpoint(originalModel, { shared: true });
    const tables = tablesOf(stateDict);
    const importance = someImportance(tables);
    delete importance['emb_l.3.weight'];
    const [points] = method.grid({});
    const sweep = method.sweep(tables, points!, { threads: 1, importance });
    await expect(sweep).rejects.toThrow(
      `method ${method.id}: expected the lookups and the curvature of table emb_l.3.weight`,
    );
  });
});

test('the block norm prunes what the sparsifier does', async () => {
  const stateDict = await loadCheckpoint(originalModel, { shared: true });
  const method = methods[0]!;
  const [points] = method.grid({ sparsityLevels: [0.3, 0.8], sparseBlockShapes: [[2, 4]], norms: ['L2'] });
  const plan = await method.sweep(tablesOf(stateDict), points!, { threads: 1 });
  for (const point of points!) {
    const sparsifier = new DataNormSparsifier({ ...(point as BlockPoint), scope: 'table' });
    const tables = method.compress(stateDict, plan, point);
    for (const name of tables.names) sparsifier.addData(name, stateDict[name]!);
    sparsifier.step();
    for (const name of tables.names) {
      const dense = [...tables.pieces(name)].flatMap((piece) => [...piece]);
      expect(dense).toEqual([...sparsifier.getData(name, { original: false }).data]);
    }
  }
});

test.each(['block-norm', 'rows-nearest'])(
  'tables of several pieces are made as tables of one: %s',
  async (id) => {
    const [method] = methodsWithIds([id]) as [Method];
    const shape = [30_000, 5] as const;
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, at) => Math.sin(at * at));
    const [table] = Object.values(sharedTables({ 'emb_l.0.weight': { data: values, shape: [...shape] } }));
    const stateDict = { 'emb_l.0.weight': table! };
    const [points] = method.grid({
      ...{ sparsityLevels: [0.6], sparseBlockShapes: [[1, 4]], norms: ['L2'], bits: [4] },
    });
    const plan = await method.sweep(stateDict, points!, { threads: 1 });
    const tables = method.compress(stateDict, plan, points![0]!);
    const pieces = [...tables.pieces('emb_l.0.weight')];
    expect(pieces.length).toBeGreaterThan(1);
    // A piece has whole rows.
    for (const { length } of pieces) expect(length % shape[1]).toBe(0);
    const joined = Buffer.concat(pieces.map(({ buffer }) => new Uint8Array(buffer)));
    const dense = tables.embeddingTable('emb_l.0.weight').toDense();
    expect(Buffer.compare(joined, new Uint8Array(dense.buffer))).toBe(0);
    if (method.id !== 'block-norm') return;
    const sparsifier = new DataNormSparsifier({ ...(points![0] as BlockPoint), scope: 'table' }).addData(
      't',
      table!,
    );
    sparsifier.step();
    const pruned = sparsifier.getData('t', { original: false }).data;
    expect(Buffer.compare(joined, new Uint8Array(pruned.buffer))).toBe(0);
  },
);

test.each([
  [[1, 4], 4],
  [[1, 1], 1],
  [[4, 1], 1],
  [[2, 4], 1],
] as const)('sparse tables of blocks of %j hold blocks of %i values', async (sparseBlockShape, width) => {
  const stateDict = await loadCheckpoint(originalModel, { shared: true });
  const [points] = methods[0]!.grid({
    sparsityLevels: [0.9],
    sparseBlockShapes: [sparseBlockShape],
    norms: ['L1'],
  });
  const plan = await methods[0]!.sweep(tablesOf(stateDict), points!, { threads: 1 });
  const tables = methods[0]!.compress(stateDict, plan, points![0]!);
  expect((tables.embeddingTable('emb_l.2.weight') as SparseTable).blockWidth).toBe(width);
});

test('a model is unpruned at level 0 of a method that stores values', () => {
  const blocks = { norm: 'L1', sparseBlockShape: [1, 4] } as const;
  expect(isUnpruned({ ...blocks, sparsityLevel: 0 })).toBe(true);
  expect(isUnpruned({ ...blocks, sparsityLevel: 0, scope: 'global' })).toBe(true);
  expect(isUnpruned({ ...blocks, sparsityLevel: 0.1 })).toBe(false);
  // Codes are not the values, whatever the level.
  const coded = methods.find(({ stores, fields }) => stores === 'codes' && fields.includes('sparsityLevel'))!;
  expect(isUnpruned({ ...coded.grid({})[0]![0]!, sparsityLevel: 0 })).toBe(false);
  expect(isUnpruned({ method: 'mixed-precision', ratio: 8 })).toBe(false);
});

test('the models for wanted ratios come in their order, and a ratio below 1 or without end is refused', () => {
  const mixed = methods.find(({ id }) => id === 'mixed-precision')!;
  expect(mixed.ladder!([20, 8, 100]).map(({ ratio }) => ratio)).toEqual([8, 20, 100]);
  expect(mixed.grid({ ratios: [1, 2.5] })).toEqual([
    [
      { method: 'mixed-precision', ratio: 1 },
      { method: 'mixed-precision', ratio: 2.5 },
    ],
  ]);
  for (const ratio of [0.99, Infinity, NaN]) {
    expect(() => mixed.grid({ ratios: [ratio] })).toThrow(
      `ratio: expected a number of at least 1, found ${ratio}`,
    );
  }
});

test('bits are those of codes', () => {
  expect(['8', '4', '2'].map(parseBits)).toEqual([8, 4, 2]);
  for (const text of ['3', '16', '04', '', '8.0']) {
    expect(() => parseBits(text)).toThrow(`bits: expected 8, 4, 2, found '${text}'`);
  }
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFile } from '../../../../test-support/src/built-file.js';
import { QuantizedTable, SparseTable, TableMemory } from '@ds/data-sparsifier';
import {
  configFromStateDict,
  Dlrm,
  embeddingTableNames,
  type LabelledBatch,
  type ModelState,
  type StateDict,
} from '../../../src/index.js';
import { formulaBatch } from '../../formula.js';
import { expectClose, readSmallGolden, resized } from '../../golden-model.js';
import { referenceForward } from '../../reference-forward.js';

// Threads cannot run sources.
jest.mock('../../../src/forward-worker-url.js', () => {
  const { join } = jest.requireActual('node:path');
  const { pathToFileURL } = jest.requireActual('node:url');
  return { forwardWorkerUrl: pathToFileURL(builtFile(join(__dirname, '../../../dist/forward.worker.js'))) };
});

/** The golden model with some tables wholly zero, and a batch of `size` examples. */
async function prunedModel(
  zeroTables: readonly number[],
  size: number,
): Promise<{ state: StateDict; batch: ReturnType<typeof resized> }> {
  const { initial, batches } = await readSmallGolden();
  for (const table of zeroTables) initial[`emb_l.${table}.weight`]!.data.fill(0);
  return { state: initial, batch: resized(batches[0]!, size) };
}

function compressed(
  state: StateDict,
  compress: (table: { data: Float32Array; shape: readonly number[] }) => ModelState[string],
): ModelState {
  const model: ModelState = { ...state };
  for (const name of embeddingTableNames(state)) model[name] = compress(state[name]!);
  return model;
}

/** The same table over values that threads can share. */
function inSharedMemory(table: SparseTable): SparseTable {
  const { rows, dim, blockWidth } = table;
  const { values, ...bits } = table.bitmaps();
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return SparseTable.fromBitmaps({ rows, dim, blockWidth, ...bits, values: shared });
}

const manyTables = Array.from({ length: 12 }, () => 5);

/** A model of tables that are zero, every third wholly and the others but for row 4, and a batch of `size` examples. */
async function sparseModel(size: number, topMlp = [82, 20, 9, 1]) {
  const config = { embeddingDim: 4, tableRows: manyTables, bottomMlp: [13, 4], topMlp };
  const model = await Dlrm.create(config, { seed: 1 });
  const state = model.stateDict();
  await model.dispose();
  embeddingTableNames(state).forEach((name, table) => {
    state[name]!.data.fill(0, 0, table % 3 === 0 ? undefined : 4 * 4);
  });
  return { state, batch: formulaBatch(1, size, manyTables) };
}

describe.each([
  // A whole part and a rest.
  { place: 'in this thread', threads: 1, size: 4096 + 37, small: 5 },
  // Two turns of the shared memory, whose last parts are smaller.
  { place: 'on three threads', threads: 3, size: 16384 + 512 + 37, small: 4096 },
  // The same of graphs that contain the weights, from the smallest batch on that is computed in parts.
  { place: 'in this thread, frozen', threads: 1, size: 4096 + 37, small: 2048, frozen: true },
  { place: 'on three threads, frozen', threads: 3, size: 4096 + 37, small: 2048, frozen: true },
])('the forward pass on the CPU, $place', ({ threads, size, small, frozen = false }) => {
  const options = { engine: 'onnx:cpu', threads } as const;
  const open = async (state: ModelState) => {
    const dlrm = await Dlrm.fromStateDict(state, options);
    if (frozen) await dlrm.freeze();
    return dlrm;
  };

  test('computes a batch of several parts as plain loops do, on dense and on compressed tables', async () => {
    const { state, batch } = await prunedModel([], size);
    const memory = new TableMemory();
    const expected = referenceForward(configFromStateDict(state), state, batch);
    for (const model of [
      state,
      compressed(state, (table) => SparseTable.fromDense({ table, memory })),
      compressed(state, (table) => SparseTable.fromDense({ table })),
      compressed(state, (table) => inSharedMemory(SparseTable.fromDense({ table }))),
    ]) {
      const dlrm = await open(model);
      expectClose('forward', await dlrm.forward(batch), expected, 1e-6);
      await dlrm.dispose();
    }
  });

  test.each([[[1]], [[0, 2, 5]], [[0, 1, 2, 3, 4, 5]]])(
    'leaves out the tables %j, which are zero, without a difference',
    async (zeroTables) => {
      const { state, batch } = await prunedModel(zeroTables, size);
      const memory = new TableMemory();
      const model = compressed(state, (table) => SparseTable.fromDense({ table, memory }));
      const sparse = await open(model);
      const dense = await open(state);
      expectClose('forward', await sparse.forward(batch), await dense.forward(batch), 1e-6);
      const features = await sparse.forwardBetween({ batch, to: 'top_l.0' });
      expectClose('features', features, await dense.forwardBetween({ batch, to: 'top_l.0' }), 1e-6);
      await Promise.all([sparse.dispose(), dense.dispose()]);
    },
  );

  test('goes from one set of zero tables to the next', async () => {
    const { state } = await prunedModel([], small);
    const { batches } = await readSmallGolden();
    // Row 0 of each table is zero: which tables are left out depends on the batch.
    for (const name of embeddingTableNames(state)) state[name]!.data.fill(0, 0, state[name]!.shape[1]);
    const memory = new TableMemory();
    const dlrm = await open(compressed(state, (table) => SparseTable.fromDense({ table, memory })));
    for (let set = 0; set < 64; set += 7) {
      const batch = resized(batches[0]!, small);
      batch.sparse.forEach((_, at) => {
        if ((set >> (at % 6)) & 1) batch.sparse[at] = 0;
      });
      expectClose(`set ${set}`, await dlrm.forward(batch), referenceForward(dlrm.config, state, batch), 1e-6);
    }
    await dlrm.dispose();
  });

  test('computes mostly zero features as plain loops do, on dense and on compressed tables', async () => {
    // More than the kernel takes at once.
    const { state, batch } = await sparseModel(Math.max(small, 515));
    const config = configFromStateDict(state);
    const expected = referenceForward(config, state, batch);
    const sparse = compressed(state, (table) => SparseTable.fromDense({ table, blockWidth: 4 }));
    // Twice: the parameters of the first layer are there already, or those of the model before.
    for (const model of [state, sparse, state]) {
      const dlrm = await open(model);
      expectClose('forward', await dlrm.forward(batch), expected, 1e-6);
      await dlrm.dispose();
    }
  });

  /** Of the model with dense and with sparse tables. */
  async function expectReferenceNaN(state: StateDict, batch: LabelledBatch): Promise<void> {
    const expected = referenceForward(configFromStateDict(state), state, batch).map(Number.isNaN);
    expect(expected).toContain(true);
    for (const model of [
      state,
      compressed(state, (table) => SparseTable.fromDense({ table, blockWidth: 4 })),
    ]) {
      const dlrm = await open(model);
      expect(Array.from(await dlrm.forward(batch), Number.isNaN)).toEqual(expected);
      await dlrm.dispose();
    }
  }

  test.each([NaN, Infinity])('returns NaN where plain loops do, with %d in a table', async (value) => {
    const { state, batch } = await sparseModel(small);
    // Only zero times infinity is NaN: all other products with it are the same infinity.
    for (const [name, { data }] of Object.entries(state)) {
      data.forEach((each, at) => (data[at] = name === 'top_l.0.weight' ? -Math.abs(each) : Math.abs(each)));
    }
    state['emb_l.4.weight']!.data.fill(value, 16);
    batch.sparse.fill(4);
    await expectReferenceNaN(state, batch);
  });

  test.each(['top_l.0.weight', 'top_l.2.weight'])(
    'returns NaN where plain loops do, with an infinity in %s',
    async (name) => {
      const { state, batch } = await sparseModel(small);
      state[name]!.data[60] = -Infinity;
      state[name]!.data[3] = Infinity;
      await expectReferenceNaN(state, batch);
    },
  );

  test('serves models with equal parameters in layers of other shapes in turn', async () => {
    for (const topMlp of [
      [82, 1, 29, 1],
      [82, 2, 1, 1],
    ]) {
      const { state, batch } = await sparseModel(small, topMlp);
      for (const [name, { data }] of Object.entries(state)) if (!name.startsWith('emb_l')) data.fill(0.01);
      const dlrm = await open(state);
      const expected = referenceForward(dlrm.config, state, batch);
      expectClose('forward', await dlrm.forward(batch), expected, 1e-6);
      await dlrm.dispose();
    }
  });

  test('serves models that share a memory at the same time, and that memory may grow', async () => {
    const { state, batch } = await prunedModel([1], size);
    const memory = new TableMemory();
    const openOne = () => open(compressed(state, (table) => SparseTable.fromDense({ table, memory })));
    const models = [await openOne(), await openOne()];
    const pending = models.map((model) => model.forward(batch));
    memory.allocate(2 ** 24);
    const expected = referenceForward(models[0]!.config, state, batch);
    for (const probabilities of await Promise.all(pending)) {
      expectClose('forward', probabilities, expected, 1e-6);
    }
    await Promise.all(models.map((model) => model.dispose()));
  });

  test('serves models of other layers, of other values and of other sizes in turn', async () => {
    const { state, batch } = await prunedModel([1], small);
    const first = state['top_l.0.weight']!;
    const negated = { ...state, 'top_l.0.weight': { ...first, data: first.data.map((value) => -value) } };
    const config = configFromStateDict(state);
    const wide = await Dlrm.create({ ...config, topMlp: [config.topMlp[0]!, 9, 1] }, { seed: 1, ...options });
    const states = [state, negated, wide.stateDict()];
    const memory = new TableMemory();
    const models = await Promise.all(
      states.map((each) => open(compressed(each, (table) => SparseTable.fromDense({ table, memory })))),
    );
    for (let turn = 0; turn < 2; turn++) {
      for (const [index, model] of models.entries()) {
        const expected = referenceForward(model.config, states[index]!, batch);
        expectClose(`model ${index}`, await model.forward(batch), expected, 1e-6);
      }
    }
    await Promise.all([...models, wide].map((model) => model.dispose()));
  });

  test("takes the bottom MLP's output in place of the dense features", async () => {
    const { state, batch } = await prunedModel([], size);
    const dlrm = await open(state);
    const expected = referenceForward(dlrm.config, state, batch);
    const values = await dlrm.forwardBetween({ batch, to: 'interaction' });
    const without = { ...batch, dense: new Float32Array(batch.dense.length) };
    const from = { module: 'interaction', values };
    const found = await dlrm.forwardBetween({ batch: without, from });
    expectClose('forward', found, expected, 1e-6);
    await dlrm.dispose();
  });

  test('sees what training changed, with tables over a SharedArrayBuffer of which one is zero', async () => {
    const { initial, batches } = await readSmallGolden();
    for (const name of embeddingTableNames(initial)) {
      const { data } = initial[name]!;
      initial[name]!.data = new Float32Array(new SharedArrayBuffer(data.byteLength));
      initial[name]!.data.set(name === 'emb_l.2.weight' ? new Float32Array(data.length) : data);
    }
    const model = await open(initial);
    await model.forward(resized(batches[0]!, small));
    for (const labelled of batches.slice(0, 3)) {
      // Row 0 of table 2 stays zero: only the others are trained.
      labelled.sparse.forEach((_, at) => {
        if (at % 6 === 2) labelled.sparse[at] = 1;
      });
      // Twice, so that the parameters are in the same arrays again.
      for (let step = 0; step < 2; step++) await model.trainStep(labelled, { learningRate: 0.5 });
      if (frozen) await model.freeze();
      const batch = resized(labelled, small);
      batch.sparse.forEach((_, at) => {
        if (at % 6 === 2) batch.sparse[at] = 0;
      });
      const expected = referenceForward(model.config, model.stateDict(), batch);
      expectClose('forward', await model.forward(batch), expected, 1e-6);
    }
    await model.dispose();
  });

  test('serves quantised tables as their dense values', async () => {
    const { state, batch } = await prunedModel([3], size);
    const memory = new TableMemory();
    for (const bits of [8, 4] as const) {
      const model = compressed(state, (table) => QuantizedTable.fromDense({ table, bits, memory }));
      const quantized = await open(model);
      const expected = referenceForward(quantized.config, quantized.stateDict(), batch);
      expectClose(`${bits} bits`, await quantized.forward(batch), expected, 1e-6);
      await quantized.dispose();
    }
  });

  test('fails as a table does, in any part, and goes on', async () => {
    const { state, batch } = await prunedModel([], size);
    const table = SparseTable.fromDense({ table: state['emb_l.1.weight']! });
    let calls = 0;
    const failing = {
      rows: table.rows,
      dim: table.dim,
      byteLength: table.byteLength,
      toDense: () => table.toDense(),
      gatherRows: (...lookup: Parameters<SparseTable['gatherRows']>) => {
        if (++calls === 2) throw new Error('the second part cannot be gathered');
        table.gatherRows(...lookup);
      },
    };
    const dlrm = await open({ ...state, 'emb_l.1.weight': failing });
    await expect(dlrm.forward(batch)).rejects.toThrow('the second part cannot be gathered');
    const expected = referenceForward(dlrm.config, state, batch);
    expectClose('forward', await dlrm.forward(batch), expected, 1e-6);
    await dlrm.dispose();
  });
});

test('a program that exits while threads compute does so with its own exit code', () => {
  const program = `
    import { Dlrm } from '${pathToFileURL(builtFile(join(__dirname, '../../../dist/index.js'))).href}';
    const config = { embeddingDim: 4, tableRows: [9, 9], bottomMlp: [3, 256, 4], topMlp: [7, 512, 256, 1] };
    const dlrm = await Dlrm.create(config, { seed: 1, engine: 'onnx:cpu', threads: 2 });
    const size = 32768;
    const batch = { dense: new Float32Array(3 * size), sparse: new Int32Array(2 * size) };
    await dlrm.forward(batch);
    setTimeout(() => process.exit(7), 20);
    for (;;) await dlrm.forward(batch);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
});

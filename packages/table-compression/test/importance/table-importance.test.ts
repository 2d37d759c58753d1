import { Dlrm } from '@ds/dlrm';
import { tableImportance } from '../../src/index.js';
import { datasetOf, expectNear, readGoldenModel } from '../golden-model.js';

const engines = ['onnx:cpu', 'tfjs:cpu'] as const;

test.each(engines)("matches PyTorch 2.15's autograd on %s", async (engine) => {
  const { state, batch, tables } = await readGoldenModel();
  const model = await Dlrm.fromStateDict(state, { engine, threads: 1 });
  const found = await tableImportance({ model, dataset: datasetOf(batch), calibrationRows: 1e6, seed: 3 });
  expect(Object.keys(found)).toEqual(tables.map(({ name }) => name));
  for (const { name, accesses, curvature } of tables) {
    expect(found[name]!.accesses).toEqual(accesses);
    expectNear(found[name]!.curvature, curvature, 1e-5);
  }
  await model.dispose();
});

describe('tableImportance', () => {
  let model: Dlrm;
  let golden: Awaited<ReturnType<typeof readGoldenModel>>;
  beforeAll(async () => {
    golden = await readGoldenModel();
    model = await Dlrm.fromStateDict(golden.state, { engine: 'onnx:cpu', threads: 1 });
  });
  afterAll(() => model.dispose());

  test('takes the curvature of the wanted number of rows, which the seed draws', async () => {
    const dataset = datasetOf(golden.batch);
    const drawn = async (seed: number) => {
      const found = await tableImportance({ model, dataset, calibrationRows: 50, seed });
      return found['emb_l.0.weight']!.curvature;
    };
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
    // The 50 rows are those that the shuffled data set begins with.
    for await (const first of dataset.batches({ batchSize: 50, shuffleSeed: 1 })) {
      const all = await tableImportance({ model, dataset: datasetOf(first), calibrationRows: 50, seed: 0 });
      expectNear(await drawn(1), all['emb_l.0.weight']!.curvature, 1e-6);
      break;
    }
  });

  test('says how far it is', async () => {
    const seen: [number, number][] = [];
    await tableImportance({
      model,
      dataset: datasetOf(golden.batch),
      calibrationRows: 100,
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(seen).toEqual([
      [600, 700],
      [700, 700],
    ]);
  });

  test('refuses rows of one label, no rows, ids that are no rows, and no number of rows', async () => {
    const { batch } = golden;
    const importance = (changed: Partial<typeof batch>, calibrationRows = 10) =>
      tableImportance({ model, dataset: datasetOf({ ...batch, ...changed }), calibrationRows });
    await expect(importance({ labels: new Float32Array(600) })).rejects.toThrow(
      'calibration: expected training rows of both labels, found 10 rows with label 0',
    );
    await expect(importance({ labels: new Float32Array(0) })).rejects.toThrow(
      'importance: expected training rows, found none',
    );
    const sparse = batch.sparse.slice();
    sparse[9] = 5;
    await expect(importance({ sparse })).rejects.toThrow(
      'training row 2: expected an id of table 1, which has 5 rows, found 5',
    );
    await expect(importance({}, 0.5)).rejects.toThrow(
      'calibrationRows: expected a whole number of at least 1, found 0.5',
    );
  });
});

test('refuses a model whose gradients are not numbers', async () => {
  const { state, batch } = await readGoldenModel();
  const weight = state['top_l.2.weight']!;
  const broken = { ...state, 'top_l.2.weight': { ...weight, data: weight.data.map(() => NaN) } };
  const model = await Dlrm.fromStateDict(broken, { engine: 'onnx:cpu', threads: 1 });
  await expect(tableImportance({ model, dataset: datasetOf(batch) })).rejects.toThrow(
    'calibration: expected finite gradients of emb_l.0.weight, found others',
  );
  await model.dispose();
});

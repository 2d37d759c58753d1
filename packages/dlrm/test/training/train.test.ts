import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Dlrm,
  evaluate,
  train,
  type LabelledBatch,
  type LabelledDataset,
  type OptimizerName,
  type StateDict,
} from '../../src/index.js';
import { expectClose, readSmallGolden } from '../golden-model.js';

const config = { embeddingDim: 4, tableRows: [7, 3], bottomMlp: [13, 6, 4], topMlp: [7, 5, 1] };

/** 100 examples whose label is the parity of the first id. */
function parityDataset(seeds: (number | undefined)[] = []): LabelledDataset {
  return {
    length: 100,
    async *batches({ batchSize, shuffleSeed }) {
      seeds.push(shuffleSeed);
      for (let start = 0; start < 100; start += batchSize) {
        const size = Math.min(batchSize, 100 - start);
        const id = (example: number) => ((start + example + (shuffleSeed ?? 0)) * 5) % 7;
        yield {
          dense: new Float32Array(13 * size).fill(0.5),
          sparse: Int32Array.from({ length: 2 * size }, (_, lookup) => (lookup % 2 ? 1 : id(lookup >> 1))),
          labels: Float32Array.from({ length: size }, (_, example) => id(example) % 2),
        } satisfies LabelledBatch;
      }
    },
  };
}

test('learns, reports every step, and shuffles each epoch anew', async () => {
  const model = await Dlrm.create(config, { seed: 3 });
  const seeds: (number | undefined)[] = [];
  const progress: [number, number][] = [];
  const epochsSeen: number[] = [];
  const { steps, epochLosses } = await train({
    model,
    dataset: parityDataset(seeds),
    epochs: 30,
    batchSize: 30,
    learningRate: 0.5,
    seed: 8,
    onProgress: (done, total) => progress.push([done, total]),
    afterEpoch: ({ epoch }) => void epochsSeen.push(epoch),
  });
  expect(steps).toBe(120);
  expect(progress).toHaveLength(120);
  expect(progress.at(-1)).toEqual([120, 120]);
  expect(seeds.slice(0, 3)).toEqual([8, 9, 10]);
  expect(epochsSeen).toEqual([...Array(30).keys()]);
  expect(epochLosses[29]!).toBeLessThan(0.1);
  expect(epochLosses[0]!).toBeGreaterThan(0.5);

  const { labels, scores } = await evaluate({ model, dataset: parityDataset(), batchSize: 33 });
  expect(labels).toHaveLength(100);
  expect([...scores].map(Math.round)).toEqual([...labels]);
  await model.dispose();
});

test('the hook after an epoch may change the tables', async () => {
  const model = await Dlrm.create(config, { seed: 3 });
  await train({
    model,
    dataset: parityDataset(),
    afterEpoch: ({ model: trained }) => void trained.stateDict()['emb_l.0.weight']!.data.fill(0),
  });
  expect(model.stateDict()['emb_l.0.weight']!.data.every((value) => value === 0)).toBe(true);
  await model.dispose();
});

test('waits for the hook after an epoch before the next one begins and before it returns', async () => {
  const model = await Dlrm.create(config, { seed: 3 });
  const events: string[] = [];
  const dataset: LabelledDataset = {
    length: 100,
    async *batches(options) {
      events.push('begins');
      yield* parityDataset().batches(options);
    },
  };
  await train({
    model,
    dataset,
    epochs: 2,
    afterEpoch: async ({ epoch }) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      events.push(`over ${epoch}`);
    },
  });
  expect(events).toEqual(['begins', 'over 0', 'begins', 'over 1']);
  await model.dispose();
});

test('an error of the hook after an epoch ends the training', async () => {
  const model = await Dlrm.create(config, { seed: 3 });
  const afterEpoch = () => Promise.reject(new Error('the disk is full'));
  await expect(train({ model, dataset: parityDataset(), afterEpoch })).rejects.toThrow('the disk is full');
  await model.dispose();
});

test('the loss of an epoch is the mean over its examples, not over its batches', async () => {
  const [trained, stepped] = await Promise.all([1, 2].map(() => Dlrm.create(config, { seed: 3 })));
  const losses: number[] = [];
  const { epochLosses } = await train({
    model: trained!,
    dataset: parityDataset(),
    batchSize: 80,
    learningRate: 0.5,
    afterEpoch: ({ loss }) => void losses.push(loss),
  });
  let sum = 0;
  // Of 80 examples and of 20.
  for await (const batch of parityDataset().batches({ batchSize: 80, shuffleSeed: 1 })) {
    sum += batch.labels.length * (await stepped!.trainStep(batch, { learningRate: 0.5 }));
  }
  expect(epochLosses[0]).toBeCloseTo(sum / 100, 6);
  expect(losses).toEqual(epochLosses);
  await Promise.all([trained!.dispose(), stepped!.dispose()]);
});

describe('tables that share values', () => {
  const sizes = { embeddingDim: 4, tableRows: [7, 7], bottomMlp: [13, 6, 4], topMlp: [7, 5, 1] };

  /** A model's parameters with the given tables after a few steps. */
  async function trained(tables: readonly Float32Array[], optimizer: OptimizerName): Promise<StateDict> {
    const start = await Dlrm.create(sizes, { seed: 3 });
    const state = start.stateDict();
    tables.forEach((data, table) => (state[`emb_l.${table}.weight`] = { data, shape: [7, 4] }));
    const model = await Dlrm.fromStateDict(state);
    await train({ model, dataset: parityDataset(), batchSize: 30, optimizer });
    const after = model.stateDict();
    await Promise.all([start.dispose(), model.dispose()]);
    return after;
  }

  test.each([
    ['all of them', 'sgd', 0],
    ['all of them', 'adagrad', 0],
    ['all rows but one', 'sgd', 4],
  ] as const)('train as copies of them do: %s, %s', async (_, optimizer, from) => {
    const values = Float32Array.from({ length: 8 * 4 }, (_, at) => Math.sin(at));
    const tables = [values.subarray(0, 28), values.subarray(from, from + 28)];
    const copies = tables.map((data) => data.slice());
    const expected = await trained(copies, optimizer);
    expect(await trained(tables, optimizer)).toEqual(expected);
    // The first is held by reference, like every table that shares nothing.
    expect(tables[0]).toEqual(copies[0]);
  });
});

test('stops with a clear error when training diverges', async () => {
  const model = await Dlrm.create(config, { seed: 3 });
  await expect(train({ model, dataset: parityDataset(), batchSize: 30, learningRate: 1e30 })).rejects.toThrow(
    /^the loss is (NaN|Infinity) in epoch \d+, step \d+: expected a finite number; a learning rate below 1e\+30 may help$/,
  );
  await model.dispose();
});

test.each(['sgd', 'adagrad'] as const)('notices that its last step diverged: %s', async (optimizer) => {
  const model = await Dlrm.create(config, { seed: 3 });
  const afterEpoch = jest.fn();
  const options = { batchSize: 100, optimizer, learningRate: 1e30, afterEpoch };
  await expect(train({ ...options, model, dataset: parityDataset() })).rejects.toThrow(
    'the loss is NaN after epoch 1, step 1: expected a finite number; a learning rate below 1e+30 may help',
  );
  expect(afterEpoch).not.toHaveBeenCalled();
  await model.dispose();
});

test.each(['.ckpt', '.safetensors', '.npz'])(
  'a model saved as %s and loaded predicts the same',
  async (ending) => {
    const folder = await mkdtemp(join(tmpdir(), 'dlrm-'));
    try {
      const { initial, batches, probabilities } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine: 'onnx' });
      await model.save(join(folder, `model${ending}`));
      const loaded = await Dlrm.load(join(folder, `model${ending}`), { engine: 'onnx' });
      expect(loaded.config).toEqual(model.config);
      expect(loaded.stateDict()).toEqual(model.stateDict());
      expectClose('probabilities', await loaded.forward(batches[0]!), probabilities, 1e-5);
      await Promise.all([model.dispose(), loaded.dispose()]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('Adagrad goes on from the parameters and the state of the optimizer as if it had never stopped', async () => {
  const settings = { dataset: parityDataset(), batchSize: 30, optimizer: 'adagrad' } as const;
  const whole = await Dlrm.create(config, { seed: 3 });
  expect(whole.optimizerState()).toEqual({});
  await train({ ...settings, model: whole, epochs: 4 });
  const first = await Dlrm.create(config, { seed: 3 });
  const { epochLosses } = await train({ ...settings, model: first, epochs: 2 });
  const second = await Dlrm.fromStateDict(first.stateDict());
  second.loadOptimizerState(first.optimizerState());
  const from = { epoch: 2, steps: 0, lossSum: 0, epochLosses };
  await train({ ...settings, model: second, epochs: 4, from });
  expect(second.stateDict()).toEqual(whole.stateDict());
  expect(second.optimizerState()).toEqual(whole.optimizerState());
  const { 'bot_l.0.bias.sum': bias, ...rest } = first.optimizerState();
  expect(bias!.shape).toEqual([6]);
  expect(() => first.loadOptimizerState(rest)).toThrow(
    'bot_l.0.bias.sum: expected shape (6), found no such tensor',
  );
  const wrong = {
    ...first.optimizerState(),
    'emb_l.1.weight.sum': { data: new Float32Array(2), shape: [2] },
  };
  expect(() => first.loadOptimizerState(wrong)).toThrow('emb_l.1.weight.sum: expected shape (3), found (2)');
  await Promise.all([whole, first, second].map((model) => model.dispose()));
});

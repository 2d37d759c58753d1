import { join } from 'node:path';
import { readNpz } from '@ds/criteo-data/npz';
import { Dlrm, PrunedValues, train, type StateDict } from '../../src/index.js';
import { expectStateDictsClose, readSmallGolden } from '../golden-model.js';

async function readGolden(prefix: string): Promise<StateDict> {
  const arrays = await readNpz(join(__dirname, '../golden/held-training/trained.npz'));
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { data, shape }]) => [
        name.slice(prefix.length),
        { data: Float32Array.from(data as Float32Array), shape: [...shape] },
      ]),
  );
}

test('matches PyTorch 2.15: SGD with the masks of pruned values applied again after each step', async () => {
  const { initial, batches } = await readSmallGolden();
  const pruned = await readGolden('pruned.');
  const held = new PrunedValues(pruned);
  const model = await Dlrm.fromStateDict({ ...initial, ...structuredClone(pruned) }, { engine: 'onnx' });
  const dataset = {
    length: 640,
    async *batches() {
      yield* batches;
    },
  };
  await train({ model, dataset, epochs: 2, batchSize: 64, held });
  const trained = model.stateDict();
  expectStateDictsClose(trained, await readGolden('trained.'), 1e-6);
  for (const [name, { data }] of Object.entries(pruned)) {
    const zeros = (values: Float32Array) => [...values.keys()].filter((at) => values[at] === 0);
    expect({ name, zeros: zeros(trained[name]!.data) }).toEqual({ name, zeros: zeros(data) });
  }
  await model.dispose();
});

test('without zeros, held training is bit for bit the same as any other', async () => {
  const { initial, batches } = await readSmallGolden();
  const held = new PrunedValues(initial);
  expect({ count: held.count, total: held.total }).toEqual({ count: 0, total: 8 * 248 });
  const models = await Promise.all(
    [undefined, held].map(async (own) => {
      const model = await Dlrm.fromStateDict(structuredClone(initial), { engine: 'onnx' });
      for (const batch of batches) await model.trainStep(batch, { learningRate: 0.1, held: own });
      const state = structuredClone(model.stateDict());
      await model.dispose();
      return state;
    }),
  );
  expect(models[1]).toEqual(models[0]);
});

test('only the zeros of the named tables are held', async () => {
  const { initial, batches } = await readSmallGolden();
  const pruned = structuredClone(initial);
  for (const name of ['emb_l.0.weight', 'emb_l.1.weight']) pruned[name]!.data.fill(0);
  const held = new PrunedValues(pruned, ['emb_l.1.weight']);
  const model = await Dlrm.fromStateDict(pruned, { engine: 'onnx' });
  for (const batch of batches) await model.trainStep(batch, { learningRate: 0.1, held });
  const { 'emb_l.0.weight': free, 'emb_l.1.weight': ofHeld } = model.stateDict();
  expect(held.count).toBe(ofHeld!.data.length);
  expect(ofHeld!.data.every((value) => value === 0)).toBe(true);
  expect(free!.data.some((value) => value !== 0)).toBe(true);
  await model.dispose();
});

test('refuses the held values of other tables', async () => {
  const { initial, batches } = await readSmallGolden();
  const model = await Dlrm.fromStateDict(initial, { engine: 'onnx' });
  const step = (tables: StateDict) =>
    model.trainStep(batches[0]!, { learningRate: 0.1, held: new PrunedValues(tables) });
  const table = { data: new Float32Array(16), shape: [2, 8] };
  await expect(step({ 'emb_l.0.weight': table })).rejects.toThrow(
    'held values: expected those of tables of 296, 40, 960, 488, 8, 192 values, found those of 16',
  );
  await expect(step({})).rejects.toThrow('found those of none');
  await expect(step({ ...initial, 'emb_l.6.weight': table })).rejects.toThrow('192, 16');
  await model.dispose();
});

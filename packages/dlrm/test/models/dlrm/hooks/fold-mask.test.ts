import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import {
  configFromStateDict,
  Dlrm,
  exportOnnx,
  foldMask,
  loadCheckpoint,
  type LabelledBatch,
  type StateDict,
} from '../../../../src/index.js';
import { denseLayers } from '../../../../src/models/dlrm/config.js';
import { compressedTables } from '../../../engines/conformance/compressed-tables.js';
import { expectClose, readSmallGolden, resized } from '../../../golden-model.js';
import { referenceForward } from '../../../reference-forward.js';

/** The layers of both MLPs. */
const layersOf = ({ config }: Dlrm) => Object.values(denseLayers(config)).flat();

let model: Dlrm;
let initial: StateDict;
let batches: LabelledBatch[];
let width: number;
let mask: Float32Array;
let folder: string;

beforeEach(async () => {
  ({ initial, batches } = await readSmallGolden());
  model = await Dlrm.fromStateDict(initial, { engine: 'onnx:cpu' });
  width = model.config.topMlp[0]!;
  mask = Float32Array.from({ length: width }, (_, column) => Number(column % 3 !== 1));
  folder = await mkdtemp(join(tmpdir(), 'fold-mask-'));
});
afterEach(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

/** The probabilities in plain loops, of z after `change`. */
const reference = (batch: LabelledBatch, change: (value: number, column: number) => number) =>
  referenceForward(model.config, initial, batch, { 'top_l.0': (z) => z.map(change) });

test('a folded model is a smaller one: its config says which features it has', async () => {
  const folded = await foldMask(model, { data: mask, shape: [1, width] });
  const kept = [...mask.keys()].filter((column) => mask[column] === 1);
  expect(folded.config).toEqual({
    ...model.config,
    topMlp: [kept.length, ...model.config.topMlp.slice(1)],
    keptFeatures: kept,
  });
  expect(folded.stateDict()['top_l.0.weight']!.shape).toEqual([model.config.topMlp[1], kept.length]);
  expect(folded.stateDict()['emb_l.0.weight']!.data).toBe(model.stateDict()['emb_l.0.weight']!.data);
  await folded.dispose();
});

test('what is dropped is replaced by its mean where means are given', async () => {
  const means = Float32Array.from({ length: width }, (_, column) => column / 7 - 1);
  const folded = await foldMask(model, { data: mask, shape: [width] }, { means });
  const expected = reference(batches[1]!, (value, column) => (mask[column] ? value : means[column]!));
  expectClose('with means', await folded.forward(batches[1]!), expected, 1e-6);
  await folded.dispose();
});

test('a mask of other numbers multiplies columns, with the rest of them by their mean', async () => {
  const soft = Float32Array.from({ length: width }, (_, column) => (column % 4) / 2);
  const means = new Float32Array(width).fill(0.25);
  const folded = await foldMask(model, { data: soft, shape: [width] }, { means });
  const expected = reference(
    batches[1]!,
    (value, column) => value * soft[column]! + 0.25 * (1 - soft[column]!),
  );
  expectClose('soft', await folded.forward(batches[1]!), expected, 1e-6);
  await folded.dispose();
});

test('a folded model can be folded again', async () => {
  const once = await foldMask(model, { data: mask, shape: [width] });
  const left = once.config.topMlp[0]!;
  const second = Float32Array.from({ length: left }, (_, column) => Number(column % 2));
  const twice = await foldMask(once, { data: second, shape: [left] });
  const kept = once.config.keptFeatures!.filter((_, place) => second[place] === 1);
  expect(twice.config.keptFeatures).toEqual(kept);
  const expected = reference(batches[1]!, (value, column) => (kept.includes(column) ? value : 0));
  expectClose('twice', await twice.forward(batches[1]!), expected, 1e-6);
  await Promise.all([once.dispose(), twice.dispose()]);
});

test.each(['bot_l.2', 'top_l.2', 'top_l.4'])(
  'the input of %s: the layer before it loses the outputs',
  async (layer) => {
    const { inputs } = layersOf(model).find(({ name }) => name === layer)!;
    const soft = Float32Array.from({ length: inputs }, (_, column) => (column % 3) / 2);
    const means = Float32Array.from({ length: inputs }, (_, column) => column / 7);
    const kept = soft.filter((value) => value !== 0).length;
    const batch = batches[1]!;
    const folded = await foldMask(model, { data: soft, shape: [1, inputs] }, { layer });
    const [mlp, place] = layer.startsWith('bot')
      ? ['bottomMlp' as const, 1]
      : ['topMlp' as const, Number(layer.at(-1)) / 2];
    expect(folded.config).toEqual({ ...model.config, [mlp]: model.config[mlp].with(place, kept) });
    const masked = referenceForward(model.config, initial, batch, {
      [layer]: (values) => values.map((value, column) => value * soft[column % inputs]!),
    });
    expectClose('masked', await folded.forward(batch), masked, 1e-6);
    const withMeans = await foldMask(model, { data: soft, shape: [inputs] }, { layer, means });
    const expected = referenceForward(model.config, initial, batch, {
      [layer]: (values) =>
        values.map((value, at) => {
          const column = at % inputs;
          return value * soft[column]! + (1 - soft[column]!) * means[column]!;
        }),
    });
    expectClose('with means', await withMeans.forward(batch), expected, 1e-6);
    const both = await foldMask(folded, { data: mask, shape: [width] });
    const twice = referenceForward(model.config, initial, batch, {
      [layer]: (values) => values.map((value, column) => value * soft[column % inputs]!),
      'top_l.0': (z) => z.map((value, column) => value * mask[column]!),
    });
    expectClose('and z', await both.forward(batch), twice, 1e-6);
    await Promise.all([folded.dispose(), withMeans.dispose(), both.dispose()]);
  },
);

test('large batches, with sparse and quantised tables, as in plain loops', async () => {
  const { state, dense } = compressedTables(initial, undefined);
  const compressed = await Dlrm.fromStateDict(state, { engine: 'onnx:cpu' });
  const folded = await foldMask(compressed, { data: mask, shape: [width] }, { threads: 1 });
  expect(folded.modelState()['emb_l.0.weight']).toBe(state['emb_l.0.weight']);
  for (const size of [1, 64, 5000]) {
    const batch = resized(batches[2]!, size);
    const expected = referenceForward(model.config, dense, batch, {
      'top_l.0': (z) => z.map((value, column) => value * mask[column]!),
    });
    expectClose(`batch of ${size}`, await folded.forward(batch), expected, 1e-6);
  }
  await Promise.all([compressed.dispose(), folded.dispose()]);
});

test.each(['model.ckpt', 'model.safetensors', 'model.npz'])('it is saved and loaded as %s', async (name) => {
  const folded = await foldMask(model, { data: mask, shape: [width] });
  const path = join(folder, name);
  await folded.save(path);
  const loaded = await Dlrm.load(path);
  expect(loaded.config).toEqual(folded.config);
  expect(await loaded.forward(batches[1]!)).toEqual(await folded.forward(batches[1]!));
  expect(configFromStateDict(await loadCheckpoint(path))).toEqual(folded.config);
  await Promise.all([folded.dispose(), loaded.dispose()]);
});

test('it is exported to ONNX', async () => {
  const folded = await foldMask(model, { data: mask, shape: [width] });
  const output = join(folder, 'model.onnx');
  await exportOnnx({ model: folded, output });
  const session = await ort.InferenceSession.create(output);
  const { dense, sparse } = batches[0]!;
  const { probabilities } = await session.run({
    dense: new ort.Tensor('float32', dense, [64, 13]),
    ids: new ort.Tensor('int32', sparse, [64, 6]),
  });
  const expected = reference(batches[0]!, (value, column) => value * mask[column]!);
  expectClose('exported', probabilities!.data as Float32Array, expected, 1e-6);
  await session.release();
  await folded.dispose();
});

test('a new model may have some features only', async () => {
  const { config } = model;
  const keptFeatures = [0, 5, width - 1];
  const small = await Dlrm.create(
    { ...config, topMlp: [3, ...config.topMlp.slice(1)], keptFeatures },
    { seed: 1 },
  );
  expect(small.config.keptFeatures).toEqual(keptFeatures);
  expect(small.stateDict()['interaction.kept_features']).toEqual({
    data: Float32Array.from(keptFeatures),
    shape: [3],
  });
  await small.dispose();
});

test.each<[string, (width: number) => [Float32Array, number[], Float32Array?], string]>([
  [
    'a mask of another width',
    () => [new Float32Array(3).fill(1), [3]],
    'mask: expected 29 values, one for each column of z, found 3',
  ],
  [
    'a mask for each example',
    (all) => [new Float32Array(all).fill(1), [all, 1]],
    'mask: expected the shape (29), one for all examples, found (29, 1)',
  ],
  [
    'a mask that keeps nothing',
    (all) => [new Float32Array(all), [all]],
    'mask: all 29 columns of z are dropped; at least one must be kept',
  ],
  [
    'NaN',
    (all) => [new Float32Array(all).fill(NaN), [all]],
    'mask: expected finite numbers, found NaN for column 0 of z',
  ],
  [
    'means of another width',
    (all) => [new Float32Array(all).fill(1), [all], new Float32Array(2)],
    'means: expected 29 values',
  ],
  [
    'infinite means',
    (all) => [new Float32Array(all).fill(1), [all], new Float32Array(all).fill(Infinity)],
    'means: expected finite numbers, found Infinity',
  ],
])('%s is refused', async (_, make, message) => {
  const [data, shape, means] = make(width);
  await expect(foldMask(model, { data, shape }, { means })).rejects.toThrow(message);
});

test('a layer that takes what no layer computes is refused, and a mask of a hidden layer names its input', async () => {
  const fold = (layer: string, data: Float32Array) =>
    foldMask(model, { data, shape: [data.length] }, { layer });
  const { inputs } = layersOf(model).find(({ name }) => name === 'top_l.2')!;
  const known = layersOf(model)
    .slice(1)
    .map(({ name }) => name);
  for (const layer of ['bot_l.0', 'top_l.1', 'z']) {
    await expect(fold(layer, mask)).rejects.toThrow(
      `layer: expected one of ${known.join(', ')}, found ${layer}`,
    );
  }
  await expect(fold('top_l.2', new Float32Array(3))).rejects.toThrow(
    `mask: expected ${inputs} values, one for each column of the input of top_l.2, found 3`,
  );
  await expect(fold('top_l.2', new Float32Array(inputs))).rejects.toThrow(
    `mask: all ${inputs} columns of the input of top_l.2 are dropped; at least one must be kept`,
  );
});

test.each<[string, number[], string]>([
  [
    'not ascending',
    [2, 1],
    'config.keptFeatures: expected ascending whole numbers from 0 to 28, found 1 in place 1',
  ],
  ['twice the same', [2, 2], 'found 2 in place 1'],
  ['too large', [2, 29], 'found 29 in place 1'],
  ['half', [0.5, 2], 'found 0.5 in place 0'],
])('a checkpoint whose kept features are %s is refused', async (_, kept, message) => {
  const { data, shape } = initial['top_l.0.weight']!;
  const state = {
    ...initial,
    'top_l.0.weight': { data: data.slice(0, shape[0]! * 2), shape: [shape[0]!, 2] },
    'interaction.kept_features': { data: Float32Array.from(kept), shape: [2] },
  };
  await expect(Dlrm.fromStateDict(state)).rejects.toThrow(message);
});

test('a checkpoint of fewer features that does not say which is refused', async () => {
  const { data, shape } = initial['top_l.0.weight']!;
  const weight = { data: data.slice(0, shape[0]! * 2), shape: [shape[0]!, 2] };
  await expect(Dlrm.fromStateDict({ ...initial, 'top_l.0.weight': weight })).rejects.toThrow(
    'config.topMlp: expected the first width to be 29',
  );
});

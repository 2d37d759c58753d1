import {
  Dlrm,
  evaluate,
  exportOnnx,
  type LabelledBatch,
  type LabelledDataset,
} from '../../../../src/index.js';
import { expectClose, readSmallGolden } from '../../../golden-model.js';

const engine = 'tfjs:cpu';
let model: Dlrm;
let batches: LabelledBatch[];

beforeEach(async () => {
  const golden = await readSmallGolden();
  batches = golden.batches;
  model = await Dlrm.fromStateDict(golden.initial, { engine });
});
afterEach(() => model.dispose());

test('layers are named as PyTorch names the modules', () => {
  const bottom = model.config.bottomMlp.slice(1).map((_, layer) => `bot_l.${2 * layer}`);
  const top = model.config.topMlp.slice(1).map((_, layer) => `top_l.${2 * layer}`);
  expect(model.layerNames).toEqual([...bottom, ...top]);
});

test.each(['top_l.1', 'emb_l.0', ''])('a hook on "%s", which is no layer, is refused', (name) => {
  expect(() => model.registerForwardPreHook(name, () => undefined)).toThrow(
    `no layer "${name}"; the model has bot_l.0, `,
  );
});

test('hooks of one layer are called in the order of their registration, until they are removed', async () => {
  const calls: string[] = [];
  const hook = (name: string) => () => void calls.push(name);
  const first = model.registerForwardPreHook('top_l.0', hook('first'));
  const again = hook('again');
  const twice = [again, again].map((each) => model.registerForwardPreHook('top_l.0', each));
  await model.forward(batches[0]!);
  twice[0]!.remove();
  twice[0]!.remove();
  await model.forward(batches[0]!);
  first.remove();
  twice[1]!.remove();
  await model.forward(batches[0]!);
  expect(calls).toEqual(['first', 'again', 'again', 'first', 'again']);
  expect(model.hookedLayers).toEqual([]);
});

test('a hook that returns another shape is an error that names the layer', async () => {
  const width = model.config.topMlp[0]!;
  model.registerForwardPreHook('top_l.0', ({ data }) => ({ data, shape: [width, 64] }));
  await expect(model.forward(batches[0]!)).rejects.toThrow(
    `layer "top_l.0": a hook returned the shape (${width}, 64), expected that of its input, (64, ${width})`,
  );
});

test('a hook that throws fails that forward pass alone', async () => {
  const handle = model.registerForwardPreHook('top_l.0', () => {
    throw new Error('no such batch');
  });
  await expect(model.forward(batches[0]!)).rejects.toThrow('no such batch');
  handle.remove();
  await expect(model.forward(batches[0]!)).resolves.toHaveLength(64);
});

test('evaluation calls the hooks', async () => {
  const dataset: LabelledDataset = {
    length: 128,
    async *batches() {
      yield* batches.slice(0, 2);
    },
  };
  model.registerForwardPreHook('top_l.4', ({ data, shape }) => ({ data: data.map(() => 0), shape }));
  const { scores } = await evaluate({ model, dataset });
  const bias = model.stateDict()['top_l.4.bias']!.data;
  expect(bias.length).toBe(1);
  expectClose(
    'scores',
    scores,
    scores.map(() => 1 / (1 + Math.exp(-bias[0]!))),
    1e-6,
  );
});

test('what would pass a hook by is refused, by the name of its layer', async () => {
  model.registerForwardPreHook('bot_l.2', () => undefined);
  const [batch] = batches as [LabelledBatch];
  const calls = {
    trainStep: () => model.trainStep(batch, { learningRate: 0.1 }),
    gradients: () => model.gradients(batch),
    rowGradients: () => model.rowGradients(batch),
    layerGradients: () => model.layerGradients(batch, 'top_l.0'),
    forwardBetween: () => model.forwardBetween({ batch }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await expect(call()).rejects.toThrow(
      `${name} does not call hooks, but layer "bot_l.2" has one; remove it first`,
    );
  }
  await expect(exportOnnx({ model, output: '/nowhere/model.onnx' })).rejects.toThrow(
    'an ONNX file cannot contain hooks, but layer "bot_l.2" has one; remove it first',
  );
});

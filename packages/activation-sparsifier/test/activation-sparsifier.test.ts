import {
  ActivationSparsifier,
  addBatches,
  addExamples,
  maskSmallest,
  meanOverBatch,
  type LayerOptions,
  type Tensor,
} from '@ds/activation-sparsifier';
import { ConvolutionalModel, randomTensor, sequence } from './convolutional-model.js';

interface Config {
  sparsityLevel: number;
}

// The workflow of PyTorch's test/ao/sparsity/test_activation_sparsifier.py, its checks by their names, in its order.
describe('TestActivationSparsifier, test_activation_sparsifier', () => {
  const random = sequence(2);
  const defaults = { aggregateFn: addBatches, reduceFn: meanOverBatch, sparseConfig: { sparsityLevel: 0.5 } };
  const layers: Record<string, LayerOptions<Config>> = {
    conv1: { maskFn: maskSmallest, sparseConfig: { sparsityLevel: 0.3 } },
    linear1: {
      features: [0, 10, 234],
      featureDim: 1,
      maskFn: maskSmallest,
      sparseConfig: { sparsityLevel: 0.1 },
    },
    identity1: { maskFn: maskSmallest, sparseConfig: { sparsityLevel: 0.3 } },
    identity2: {
      features: [0, 10, 20],
      featureDim: 1,
      maskFn: maskSmallest,
      sparseConfig: { sparsityLevel: 0.1 },
    },
  };
  const model = new ConvolutionalModel();
  const sparsifier = new ActivationSparsifier<Config>(model, defaults);
  const batches = Array.from({ length: 5 }, () => randomTensor(random, [16, 1, 16, 16]));
  let aggregated: Tensor;

  const checkStateDict = () => {
    const saved = sparsifier.stateDict();
    const other = new ActivationSparsifier(new ConvolutionalModel());
    expect(other.defaults).not.toEqual(sparsifier.defaults);
    expect(other.names).not.toEqual(sparsifier.names);
    other.loadStateDict(saved);
    expect(other.defaults).toEqual(sparsifier.defaults);
    expect(other.stateDict()).toEqual(saved);
    for (const { mask } of Object.values(saved.state)) {
      for (const sparse of mask === undefined ? [] : [mask].flat()) {
        expect(sparse.indices).toHaveLength(sparse.shape.length * sparse.values.length);
        expect(sparse.values).not.toContain(0);
      }
    }
    for (const name of sparsifier.names) {
      expect(other.getConfig(name)).toEqual(sparsifier.getConfig(name));
      expect(other.getHookState(name)).toBe(sparsifier.getHookState(name));
      expect(other.getData(name)).toEqual(sparsifier.getData(name));
      if (saved.state[name]!.mask) expect(other.getMask(name)).toEqual(sparsifier.getMask(name));
    }
  };

  test('_check_constructor', () => {
    expect(sparsifier.defaults).toEqual({
      ...defaults,
      maskFn: undefined,
      features: undefined,
      featureDim: undefined,
    });
  });

  test('_check_register_layer', () => {
    for (const [name, options] of Object.entries(layers)) sparsifier.registerLayer(name, options);
    expect(sparsifier.names).toEqual(Object.keys(layers));
    for (const [name, options] of Object.entries(layers)) {
      expect(sparsifier.getConfig(name)).toEqual({ ...defaults, ...options });
      expect(() => sparsifier.getMask(name)).toThrow(`layer "${name}": its mask has no shape yet`);
    }
  });

  test('_check_state_dict after registering', checkStateDict);

  test('_check_pre_forward_hook', () => {
    for (const batch of batches) model.classify(batch);
    aggregated = batches.reduce(addBatches);
    expect(sparsifier.getData('conv1')).toEqual(aggregated);
    for (const name of sparsifier.names) {
      for (const { data } of [sparsifier.getMask(name)].flat()) expect(new Set(data)).toEqual(new Set([1]));
    }
  });

  test('_check_state_dict before step', checkStateDict);

  test('_check_step', () => {
    sparsifier.step();
    expect(sparsifier.getMask('conv1')).toEqual(
      maskSmallest(meanOverBatch(aggregated), { sparsityLevel: 0.3 }),
    );
    for (const name of sparsifier.names) expect(sparsifier.getData(name)).toBeUndefined();
  });

  test('_check_state_dict after step', checkStateDict);

  test('_check_squash_mask', () => {
    const outputs: Record<string, Tensor> = {};
    const inputs: Record<string, Tensor> = {};
    const watch = (into: Record<string, Tensor>) => {
      for (const name of ['identity1', 'identity2']) {
        model.registerForwardPreHook(name, (input) => {
          into[name] = { data: input.data.slice(), shape: input.shape };
          return undefined;
        });
      }
    };
    watch(inputs); // on a layer before the hook that a squash attaches
    sparsifier.squashMask();
    watch(outputs);
    model.classify(batches[0]!);

    const { data: mask } = sparsifier.getMask('identity1') as Tensor;
    const masked = inputs.identity1!.data.map((value, at) => value * mask[at % mask.length]! + 0);
    expect(masked.filter((value) => value === 0).length).toBeGreaterThan(0.25 * masked.length);
    expect(outputs.identity1!.data).toEqual(masked);

    const masks = sparsifier.getMask('identity2') as Tensor[];
    const columns = layers.identity2!.features!;
    const expected = inputs.identity2!.data.map((value, at) => {
      const feature = columns.indexOf(at % 32);
      return feature < 0 ? value : value * masks[feature]!.data[0]! + 0;
    });
    expect(outputs.identity2!.data).toEqual(expected);
  });

  test('_check_state_dict after squash', checkStateDict);

  test('the layers are sparsified when the state is loaded into another sparsifier', () => {
    const sparse = sparsifier.model as ConvolutionalModel;
    const loaded = new ConvolutionalModel();
    new ActivationSparsifier(loaded).loadStateDict(sparsifier.stateDict());
    expect(loaded.classify(batches[1]!)).toEqual(sparse.classify(batches[1]!));
    expect(loaded.classify(batches[1]!)).not.toEqual(new ConvolutionalModel().classify(batches[1]!));
  });
});

test('batches of any size are aggregated by addExamples', () => {
  const model = new ConvolutionalModel();
  const sparsifier = new ActivationSparsifier(model, {
    aggregateFn: addExamples,
    reduceFn: meanOverBatch,
    maskFn: maskSmallest,
    sparseConfig: { sparsityLevel: 0.5 },
  }).registerLayer('linear2');
  const random = sequence(3);
  for (const examples of [1, 16, 5]) model.classify(randomTensor(random, [examples, 1, 16, 16]));
  expect(sparsifier.getData('linear2')).toMatchObject({ shape: [1, 32] });
  sparsifier.step();
  expect((sparsifier.getMask('linear2') as Tensor).data.filter((keeps) => keeps === 0)).toHaveLength(16);
});

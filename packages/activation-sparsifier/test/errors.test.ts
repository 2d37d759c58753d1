import {
  ActivationSparsifier,
  addBatches,
  addExamples,
  maskSmallest,
  meanOverBatch,
  type ActivationSparsifierOptions,
  type AggregateFunction,
  type LayerOptions,
  type MaskFunction,
  type Tensor,
} from '@ds/activation-sparsifier';
import { IdentityModel } from './identity-model.js';

interface Config {
  sparsityLevel: number;
}

const tensor = (shape: number[], first = 1): Tensor => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => first + at),
  shape,
});

function sparsifierOf(options: Partial<ActivationSparsifierOptions<Config>> = {}) {
  const model = new IdentityModel(['top.0', 'top.2']);
  const sparsifier = new ActivationSparsifier<Config>(model, {
    aggregateFn: addBatches,
    reduceFn: meanOverBatch,
    maskFn: maskSmallest,
    sparseConfig: { sparsityLevel: 0.5 },
    ...options,
  });
  return { model, sparsifier };
}

describe('a registration is refused, with the name of the layer, when', () => {
  test.each<[string, string, LayerOptions<Config>, string]>([
    ['the model has no such layer', 'top.1', {}, 'layer "top.1": not in the model, which has top.0, top.2'],
    [
      'features have no dimension',
      'top.0',
      { features: [1] },
      'layer "top.0": features are selected along featureDim',
    ],
    [
      'features are none',
      'top.0',
      { features: [], featureDim: 1 },
      'layer "top.0": features: expected at least one',
    ],
    [
      'a feature is negative',
      'top.0',
      { features: [0, -1], featureDim: 1 },
      'layer "top.0": features: expected whole numbers of at least 0, found -1',
    ],
    [
      'the dimension is no whole number',
      'top.0',
      { featureDim: 0.5 },
      'layer "top.0": featureDim: expected a whole number, found 0.5',
    ],
    [
      'a level is above 1',
      'top.0',
      { sparseConfig: { sparsityLevel: 1.5 } },
      'layer "top.0": sparsityLevel: expected a number from 0 to 1, found 1.5',
    ],
    [
      'a level is below 0',
      'top.0',
      { sparseConfig: { sparsityLevel: -0.1 } },
      'layer "top.0": sparsityLevel: expected a number from 0 to 1, found -0.1',
    ],
    [
      'a level is NaN',
      'top.0',
      { sparseConfig: { sparsityLevel: NaN } },
      'layer "top.0": sparsityLevel: expected a number from 0 to 1, found NaN',
    ],
    [
      'an option is unknown',
      'top.0',
      { sparsityLevel: 0.5 } as object,
      'layer "top.0": unknown option sparsityLevel',
    ],
  ])('%s', (_, name, options, message) => {
    const { model, sparsifier } = sparsifierOf();
    expect(() => sparsifier.registerLayer(name, options)).toThrow(message);
    expect(sparsifier.names).toEqual([]);
    expect(model.hooksOf('top.0')).toBe(0);
  });

  test.each(['aggregateFn', 'reduceFn', 'maskFn'])('%s is missing', (missing) => {
    const { sparsifier } = sparsifierOf({ [missing]: undefined });
    expect(() => sparsifier.registerLayer('top.0')).toThrow(`layer "top.0": ${missing}: expected a function`);
  });

  test('a refused registration of a layer leaves the one before', () => {
    const { sparsifier, model } = sparsifierOf();
    sparsifier.registerLayer('top.0');
    expect(() => sparsifier.registerLayer('top.0', { features: [0] })).toThrow('featureDim');
    expect([sparsifier.names, model.hooksOf('top.0')]).toEqual([['top.0'], 1]);
  });
});

test('a layer that is registered anew has one hook, and a warning names it', () => {
  const warnings: string[] = [];
  const { model, sparsifier } = sparsifierOf({ onWarning: (message) => warnings.push(message) });
  sparsifier.registerLayer('top.0').registerLayer('top.0');
  expect(warnings).toEqual(['layer "top.0" is already registered and is registered again']);
  expect(model.hooksOf('top.0')).toBe(1);
});

describe('a batch is refused, with the name of the layer, when', () => {
  const careless: AggregateFunction = ({ data, shape }, input) => ({
    data: data.map((value, at) => value + input.data[at]!),
    shape,
  });

  test.each<[string, AggregateFunction, number[], string]>([
    ['it has another size, under addBatches', addBatches, [2, 3], '(2, 3)'],
    ['it has another size, under a loop that would cut it off', careless, [5, 3], '(5, 3)'],
    ['it has another size, under a loop that would add NaN', careless, [2, 3], '(2, 3)'],
    [
      'it has another width',
      addExamples,
      [4, 2],
      '(4, 2) has examples of another shape than earlier batches, (3)',
    ],
    ['it has more dimensions', addExamples, [4, 3, 1], '(4, 3, 1)'],
  ])('%s', (_, aggregateFn, shape, message) => {
    const { model, sparsifier } = sparsifierOf({ aggregateFn });
    sparsifier.registerLayer('top.0');
    model.enter('top.0', tensor([4, 3]));
    const before = sparsifier.stateDict();
    expect(() => model.enter('top.0', tensor(shape))).toThrow(/^layer "top\.0": a batch/);
    expect(() => model.enter('top.0', tensor(shape))).toThrow(message);
    expect(sparsifier.stateDict()).toEqual(before);
  });

  test('it lacks a feature or a dimension', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0', { features: [1, 3], featureDim: 1 });
    sparsifier.registerLayer('top.2', { features: [0], featureDim: 2 });
    expect(() => model.enter('top.0', tensor([4, 3]))).toThrow(
      'layer "top.0": feature 3: the input (4, 3) has 3 along dimension 1',
    );
    expect(() => model.enter('top.2', tensor([4, 3]))).toThrow(
      'layer "top.2": featureDim 2: the input (4, 3) has 2 dimensions',
    );
  });

  test('another width meets the features of batches before it', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0', { features: [1], featureDim: 1 });
    model.enter('top.0', tensor([4, 3]));
    expect(() => model.enter('top.0', tensor([4, 2]))).toThrow(
      'layer "top.0": a batch (4, 2) has examples of another shape',
    );
  });

  test('it does not fit the mask', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0');
    model.enter('top.0', tensor([4, 3]));
    sparsifier.step();
    sparsifier.squashMask();
    expect(() => model.enter('top.0', tensor([4, 2]))).toThrow(
      'layer "top.0": a mask (3) does not fit the input (4, 2)',
    );
  });

  test('one example meets a mask for several, which PyTorch would make several of', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0');
    model.enter('top.0', tensor([4, 3]));
    sparsifier.squashMask();
    expect(() => model.enter('top.0', tensor([1, 3]))).toThrow(
      'layer "top.0": a mask (4, 3) does not fit the input (1, 3)',
    );
  });

  test('it is no tensor', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0');
    expect(() => model.enter('top.0', { data: new Float32Array(5), shape: [2, 3] })).toThrow(
      'layer "top.0": its input: shape (2, 3) takes 6 values, found 5',
    );
    expect(() => model.enter('top.0', [1, 2] as unknown as Tensor)).toThrow(
      'layer "top.0": its input: expected a tensor',
    );
  });
});

describe('step is refused, and no mask is changed, when', () => {
  test('there was no batch since the last step', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0').registerLayer('top.2');
    expect(() => sparsifier.step()).toThrow('layer "top.0": nothing has been aggregated since the last step');
    model.enter('top.0', tensor([4, 3]));
    expect(() => sparsifier.step()).toThrow('layer "top.2": nothing has been aggregated since the last step');
    expect(sparsifier.getMask('top.0')).toMatchObject({ shape: [4, 3] });
    model.enter('top.2', tensor([4, 3]));
    sparsifier.step();
    expect(() => sparsifier.step()).toThrow('layer "top.0": nothing has been aggregated since the last step');
  });

  test('the mask is squashed, whether there were batches or not', () => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0');
    model.enter('top.0', tensor([4, 3]));
    sparsifier.squashMask();
    expect(() => sparsifier.step()).toThrow('layer "top.0": its mask is already squashed');
  });

  test.each<[string, MaskFunction<Config>, string]>([
    ['gives no tensor', (() => 1) as never, 'maskFn: expected a tensor'],
    ['gives a shape of its own', () => tensor([2]), 'a mask (2) does not fit the input (4, 3)'],
    [
      'fails',
      (data) => maskSmallest(data, { sparsityLevel: 2 }),
      'sparsityLevel: expected a number from 0 to 1',
    ],
  ])('maskFn %s', (_, maskFn, message) => {
    const { model, sparsifier } = sparsifierOf();
    sparsifier.registerLayer('top.0').registerLayer('top.2', { maskFn });
    for (const name of model.layerNames) model.enter(name, tensor([4, 3]));
    const before = sparsifier.stateDict();
    expect(() => sparsifier.step()).toThrow(`layer "top.2": ${message}`);
    expect(sparsifier.stateDict()).toEqual(before);
  });
});

test('a squash before the first batch is refused, and the layers go on aggregating', () => {
  const { model, sparsifier } = sparsifierOf();
  sparsifier.registerLayer('top.0').registerLayer('top.2');
  model.enter('top.0', tensor([4, 3]));
  expect(() => sparsifier.squashMask()).toThrow('layer "top.2": its mask has no shape yet');
  expect(sparsifier.names.map((name) => sparsifier.getHookState(name))).toEqual(['aggregate', 'aggregate']);
  expect(model.enter('top.0', tensor([4, 3]))).toEqual(tensor([4, 3]));
});

test.each(['getMask', 'getData', 'getConfig', 'getHookState', 'unregisterLayer'] as const)(
  '%s of a layer that is not registered names it and what there is',
  (method) => {
    const { sparsifier } = sparsifierOf();
    expect(() => sparsifier[method]('top.0')).toThrow(
      'layer "top.0": not registered; registered layers: none',
    );
    sparsifier.registerLayer('top.2');
    expect(() => sparsifier[method]('top.0')).toThrow(
      'layer "top.0": not registered; registered layers: top.2',
    );
  },
);

describe('a state is refused, and the sparsifier stays as it was, when', () => {
  const { model, sparsifier } = sparsifierOf();
  sparsifier.registerLayer('top.0', { features: [0, 2], featureDim: 1 });
  model.enter('top.0', tensor([4, 3]));
  type State = ReturnType<typeof sparsifier.stateDict>;

  test.each<[string, (state: State) => unknown, string]>([
    [
      'the model has no such layer',
      (state) => (state.dataGroups['top.1'] = state.dataGroups['top.0']!),
      'layer "top.1": not in the model',
    ],
    ['a mask is missing', (state) => delete state.state['top.0'], 'layer "top.0": its state is missing'],
    [
      'there are fewer masks than features',
      (state) => (state.state['top.0']!.mask as unknown[]).pop(),
      'layer "top.0": mask: expected 2, one for each part, found 1',
    ],
    [
      'data have no mask',
      (state) => (state.state['top.0'] = { mask: undefined }),
      'layer "top.0": its mask is missing',
    ],
    [
      'a function is missing',
      (state) => Object.assign(state.dataGroups['top.0']!, { maskFn: undefined }),
      'layer "top.0": maskFn: expected a function',
    ],
    [
      'the state of the hook is unknown',
      (state) => Object.assign(state.dataGroups['top.0']!, { hookState: 'None' }),
      'layer "top.0": hookState: expected aggregate, sparsify or none, found None',
    ],
    [
      'coordinates are outside of the mask',
      (state) => (state.state['top.0']!.mask as { indices: Int32Array }[])[1]!.indices.fill(9),
      'layer "top.0": a sparse mask has the coordinate 9',
    ],
    [
      'coordinates are missing',
      (state) => Object.assign((state.state['top.0']!.mask as object[])[0]!, { indices: new Int32Array(3) }),
      'layer "top.0": a sparse mask of 4 values',
    ],
  ])('%s', (_, change, message) => {
    const other = sparsifierOf();
    other.sparsifier.registerLayer('top.2');
    const state = sparsifier.stateDict();
    change(state);
    expect(() => other.sparsifier.loadStateDict(state)).toThrow(message);
    expect(other.sparsifier.names).toEqual(['top.2']);
    expect(other.model.hooksOf('top.2')).toBe(1);
  });
});

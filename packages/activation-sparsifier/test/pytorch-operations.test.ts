import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ActivationSparsifier,
  addBatches,
  addExamples,
  addMagnitudes,
  maskSmallest,
  meanOverBatch,
  type ActivationSparsifierState,
  type LayerOptions,
  type SparseTensor,
  type Tensor,
} from '@ds/activation-sparsifier';
import { IdentityModel } from './identity-model.js';

/** A tensor as it is written in the golden file. */
interface Written {
  shape: number[];
  data: number[];
}

interface WrittenSparse {
  shape: number[];
  indices: number[];
  values: number[];
}

/** Options with functions by their names. */
interface WrittenOptions {
  aggregateFn?: keyof typeof aggregates;
  reduceFn?: keyof typeof reductions;
  maskFn?: keyof typeof masks;
  features?: number[];
  featureDim?: number;
  sparseConfig: { sparsityLevel?: number };
}

type Operation = (
  | { operation: 'register'; name: string; options: WrittenOptions }
  | { operation: 'forward'; inputs: Record<string, Written> }
  | { operation: 'unregister'; name: string }
  | { operation: 'step' | 'squash' | 'save' | 'renew' }
) & {
  /** PyTorch's, which ends the scenario. */
  error?: string;
  /** What there is afterwards, if it was no error. */
  then?: Record<string, Held>;
  outputs?: Record<string, Written>;
};

interface Held {
  config: WrittenOptions;
  hookState: string;
  data: Written | Written[] | null;
  mask: Written | Written[] | null;
  sparse: WrittenSparse | WrittenSparse[] | null;
}

interface Config {
  sparsityLevel: number;
}

const aggregates = {
  addBatches,
  addExamples,
  addMagnitudes,
  maximum: ({ data, shape }: Tensor, input: Tensor): Tensor => ({
    data: data.map((value, at) => Math.max(value, input.data[at]!)),
    shape,
  }),
};
const reductions = { meanOverBatch, same: (data: Tensor) => data };
const masks = {
  maskSmallest,
  soft: (reduced: Tensor, config: Config): Tensor => ({
    data: maskSmallest(reduced, config).data.map(
      (keeps, at) => keeps * 0.5 + (reduced.data[at]! > 0 ? 0.5 : 0),
    ),
    shape: reduced.shape,
  }),
};
const layerNames = ['tower.0', 'tower.1', 'head'];

const { scenarios } = JSON.parse(
  readFileSync(join(__dirname, 'golden/activation-sparsifier/operations.json'), 'utf8'),
) as { scenarios: { defaults: WrittenOptions; operations: Operation[] }[] };

test('the scenarios have operations of every kind, and failing ones', () => {
  const operations = scenarios.flatMap((scenario) => scenario.operations);
  const count = (holds: (operation: Operation) => boolean) => operations.filter(holds).length;
  for (const kind of ['register', 'forward', 'step', 'squash', 'unregister', 'save', 'renew']) {
    expect(count(({ operation }) => operation === kind)).toBeGreaterThan(5);
  }
  expect(count(({ operation, error }) => operation === 'step' && error === 'KeyError')).toBeGreaterThan(1);
  expect(count(({ operation, error }) => operation === 'forward' && error !== undefined)).toBeGreaterThan(1);
  const held = operations.flatMap(({ then = {} }) => Object.values(then));
  const masked = held.filter(({ hookState }) => hookState === 'sparsify');
  expect(masked.filter(({ config }) => config.features).length).toBeGreaterThan(5);
  expect(masked.filter(({ config }) => !config.features).length).toBeGreaterThan(5);
});

test.each(scenarios.map((scenario, index) => ({ index, ...scenario })))(
  'matches PyTorch 2.15 after each operation of scenario $index',
  ({ defaults, operations }) => {
    let model = new IdentityModel(layerNames);
    let sparsifier = new ActivationSparsifier<Config>(model, {
      ...withFunctions(defaults),
      onWarning: () => undefined,
    });
    let saved: ActivationSparsifierState | undefined;

    const perform = (operation: Operation): Record<string, Tensor> | undefined => {
      switch (operation.operation) {
        case 'register':
          sparsifier.registerLayer(operation.name, withFunctions(operation.options));
          break;
        case 'forward':
          return model.forward(mapValues(operation.inputs, read));
        case 'step':
          sparsifier.step();
          break;
        case 'squash':
          sparsifier.squashMask();
          break;
        case 'unregister':
          sparsifier.unregisterLayer(operation.name);
          break;
        case 'save':
          saved = sparsifier.stateDict();
          break;
        case 'renew':
          model = new IdentityModel(layerNames);
          sparsifier = new ActivationSparsifier(model, { onWarning: () => undefined });
          sparsifier.loadStateDict(saved!);
      }
      return undefined;
    };

    operations.forEach((operation, at) => {
      if (operation.error !== undefined) {
        expect(() => perform(operation)).toThrow(operation.operation === 'forward' ? /^layer "/ : undefined);
        return;
      }
      const outputs = perform(operation);
      if (operation.outputs)
        expect({ at, outputs: mapValues(outputs!, written) }).toEqual({ at, outputs: operation.outputs });
      expect({ at, held: heldBy(sparsifier) }).toEqual({ at, held: operation.then });
    });
  },
);

function withFunctions({ aggregateFn, reduceFn, maskFn, ...options }: WrittenOptions): LayerOptions<Config> {
  return {
    aggregateFn: aggregateFn && aggregates[aggregateFn],
    reduceFn: reduceFn && reductions[reduceFn],
    maskFn: maskFn && masks[maskFn],
    ...options,
  };
}

function heldBy(sparsifier: ActivationSparsifier<Config>): Record<string, Held> {
  const { state, dataGroups } = sparsifier.stateDict();
  return mapValues(
    dataGroups,
    ({ hookState, data, aggregateFn, reduceFn, maskFn, features, featureDim, sparseConfig }, name) => ({
      config: {
        aggregateFn: nameOf(aggregates, aggregateFn),
        reduceFn: nameOf(reductions, reduceFn),
        maskFn: nameOf(masks, maskFn),
        ...(features && { features: [...features], featureDim }),
        sparseConfig: { ...sparseConfig },
      },
      hookState,
      data: each(data, written),
      mask: each(state[name]!.mask && sparsifier.getMask(name), written),
      sparse: each(state[name]!.mask, ({ shape, indices, values }: SparseTensor) => ({
        shape: [...shape],
        indices: [...indices],
        values: [...values],
      })),
    }),
  );
}

function nameOf<Functions extends object>(functions: Functions, wanted: unknown): keyof Functions {
  return Object.entries(functions).find(([, each]) => each === wanted)![0] as keyof Functions;
}

function each<A, B>(value: A | A[] | undefined, map: (value: A) => B): B | B[] | null {
  if (value === undefined) return null;
  return Array.isArray(value) ? value.map(map) : map(value);
}

function read({ shape, data }: Written): Tensor {
  return { shape, data: Float32Array.from(data) };
}

function written({ shape, data }: Tensor): Written {
  // -0 is 0.
  return { shape: [...shape], data: Array.from(data, (value) => value + 0) };
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

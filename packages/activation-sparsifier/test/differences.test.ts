import {
  ActivationSparsifier,
  addBatches,
  maskSmallest,
  meanOverBatch,
  type Tensor,
} from '@ds/activation-sparsifier';
import { IdentityModel } from './identity-model.js';

// What the README lists as different from PyTorch on purpose, apart from the errors.

const squashed = (options: { features?: number[]; featureDim?: number } = {}) => {
  const model = new IdentityModel(['layer']);
  const sparsifier = new ActivationSparsifier(model, {
    aggregateFn: addBatches,
    reduceFn: meanOverBatch,
    maskFn: maskSmallest,
    sparseConfig: { sparsityLevel: 0.5 },
    ...options,
  }).registerLayer('layer');
  model.enter('layer', batch([1, -9, 8, -2]));
  sparsifier.step();
  sparsifier.squashMask();
  return { model, sparsifier };
};
const batch = (values: number[]): Tensor => ({ data: Float32Array.from(values), shape: [1, values.length] });

test('with features, the input is left as it is', () => {
  const { model } = squashed({ features: [0, 3], featureDim: 1 });
  const input = batch([1, 2, 3, 4]);
  const output = model.enter('layer', input);
  expect(output).not.toBe(input);
  expect([...input.data]).toEqual([1, 2, 3, 4]);
});

test('what is pruned is +0, whatever it was', () => {
  const { model } = squashed();
  const { data } = model.enter('layer', batch([-1, -2, Infinity, NaN]));
  expect([...data]).toEqual([0, -2, Infinity, 0]);
});

test('a squash without a hook leaves the input alone, and says so in the state', () => {
  const { model, sparsifier } = squashed();
  sparsifier.squashMask({ attachSparsifyHook: false });
  expect(sparsifier.getHookState('layer')).toBe('none');
  expect(model.hooksOf('layer')).toBe(0);

  const other = new IdentityModel(['layer']);
  const loaded = new ActivationSparsifier(other);
  loaded.loadStateDict(sparsifier.stateDict());
  expect(loaded.getHookState('layer')).toBe('none');
  expect(other.hooksOf('layer')).toBe(0);
  loaded.squashMask();
  expect([...other.enter('layer', batch([1, 2, 3, 4])).data]).toEqual([0, 2, 3, 0]);
});

test('a load takes the hooks of before off', () => {
  const { model, sparsifier } = squashed();
  const state = sparsifier.stateDict();
  sparsifier.loadStateDict(state);
  sparsifier.loadStateDict(state);
  expect(model.hooksOf('layer')).toBe(1);
});

test('what is aggregated does not share memory with the batch, nor with a state', () => {
  const model = new IdentityModel(['layer']);
  const sparsifier = new ActivationSparsifier(model, {
    aggregateFn: (_aggregated: Tensor, input: Tensor) => input,
    reduceFn: meanOverBatch,
    maskFn: maskSmallest,
    sparseConfig: { sparsityLevel: 0.5 },
  }).registerLayer('layer');
  const input = batch([1, 2]);
  model.enter('layer', input);
  input.data.fill(7);
  const state = sparsifier.stateDict();
  (sparsifier.getData('layer') as Tensor).data.fill(8);
  sparsifier.loadStateDict(state);
  expect(sparsifier.getData('layer')).toEqual(batch([1, 2]));
});

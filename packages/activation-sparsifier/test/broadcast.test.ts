import fc from 'fast-check';
import { ActivationSparsifier, type Tensor } from '@ds/activation-sparsifier';
import { IdentityModel } from './identity-model.js';

/** An input of 1 to 4 dimensions, and a mask of its last ones, some of which are 1. */
const inputAndMask = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    maskShape: fc
      .tuple(fc.nat(shape.length - 1), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
      .map(([dropped, isOne]) => shape.slice(dropped).map((size, dim) => (isOne[dim] ? 1 : size))),
    featureDim: fc.integer({ min: -shape.length, max: shape.length - 1 }),
    seed: fc.nat(),
  }),
);

/** The input times the mask, one value at a time. */
function naive(input: Tensor, mask: Tensor): number[] {
  return Array.from(input.data, (value, at) => {
    let [place, step, rest] = [0, 1, at];
    for (let dim = 1; dim <= input.shape.length; dim++) {
      const size = input.shape.at(-dim)!;
      const maskSize = dim <= mask.shape.length ? mask.shape.at(-dim)! : 1;
      if (maskSize !== 1) place += (rest % size) * step;
      step *= maskSize;
      rest = Math.floor(rest / size);
    }
    return value * mask.data[place]! + 0;
  });
}

const tensorOf = (shape: readonly number[], value: (at: number) => number): Tensor => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => value(at)),
  shape,
});

test('a mask of any shape that broadcasts is applied as it would be value by value, and survives a state', () => {
  fc.assert(
    fc.property(inputAndMask, ({ shape, maskShape, seed }) => {
      const input = tensorOf(shape, (at) => at + 1);
      const mask = tensorOf(maskShape, (at) => (seed >> (at % 20)) & 1);
      const { model, sparsifier } = sparsified(shape, mask, {});
      expect([...model.enter('layer', input).data]).toEqual(naive(input, mask));
      const loaded = new IdentityModel(['layer']);
      new ActivationSparsifier(loaded).loadStateDict(sparsifier.stateDict());
      expect(loaded.enter('layer', input)).toEqual(model.enter('layer', input));
    }),
  );
});

test('a feature gets its mask along any dimension, and the rest of the input stays', () => {
  fc.assert(
    fc.property(inputAndMask, ({ shape, featureDim, seed }) => {
      const dim = featureDim < 0 ? featureDim + shape.length : featureDim;
      const feature = seed % shape[dim]!;
      const input = tensorOf(shape, (at) => at + 1);
      const { model } = sparsified(
        shape,
        tensorOf([1], () => 0),
        { features: [feature], featureDim },
      );
      const stride = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
      const expected = input.data.map((value, at) =>
        Math.floor(at / stride) % shape[dim]! === feature ? 0 : value,
      );
      expect(model.enter('layer', input)).toEqual({ data: expected, shape });
    }),
  );
});

function sparsified(shape: number[], mask: Tensor, features: { features?: number[]; featureDim?: number }) {
  const model = new IdentityModel(['layer']);
  const sparsifier = new ActivationSparsifier(model, {
    aggregateFn: (aggregated) => aggregated,
    reduceFn: (aggregated) => aggregated,
    maskFn: () => mask,
    ...features,
  }).registerLayer('layer');
  model.enter(
    'layer',
    tensorOf(shape, () => 1),
  );
  sparsifier.step();
  sparsifier.squashMask();
  return { model, sparsifier };
}

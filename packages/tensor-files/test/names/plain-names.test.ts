import { plainNames, unmaskedName } from '../../src/names/plain-names.js';
import type { Tensor } from '../../src/state-dict.js';

const tensor = (...data: number[]): Tensor => ({ data: Float32Array.from(data), shape: [data.length] });
const namesOf = (...names: string[]) => {
  const { state, notes } = plainNames(Object.fromEntries(names.map((name) => [name, tensor(1)])), 'x.pt');
  return [Object.keys(state), notes];
};

describe('a prefix', () => {
  it.each(['module.', '_orig_mod.', 'model.', 'net.', 'model_state.', 'module._orig_mod.', 'model.model.'])(
    '%s of all names is removed',
    (prefix) => {
      expect(namesOf(`${prefix}b.weight`, `${prefix}a`)).toEqual([
        ['b.weight', 'a'],
        [`the prefix "${prefix}" of all names is removed`],
      ]);
    },
  );

  it.each([
    [['module.a', 'b']],
    [['b', 'module.a']],
    [['model.a', 'net.b']],
    [['other.a', 'other.b']],
    // Not without its dot, and not where nothing would be left of a name.
    [['module', 'module.a']],
    [['module.', 'module.a']],
    [['modules.a', 'modules.b']],
    [['xmodule.a', 'xmodule.b']],
    [[]],
  ])('is not one of %j', (names) => {
    expect(namesOf(...names)).toEqual([names, []]);
  });

  it('is removed as far as all names have it', () => {
    expect(namesOf('module.model.a', 'module.b')[0]).toEqual(['model.a', 'b']);
  });
});

describe('a mask next to a weight', () => {
  it.each([
    ['a.weight_orig', 'a.weight_mask', 'a.weight'],
    ['weight_orig', 'weight_mask', 'weight'],
    ['a.parametrizations.weight.original', 'a.parametrizations.weight.0.mask', 'a.weight'],
    ['parametrizations.weight.original', 'parametrizations.weight.0.mask', 'weight'],
  ])('of %s is applied: a value under a 0 becomes +0', (weight, mask, plain) => {
    const stored = { bias: tensor(5), [weight]: tensor(-1, 2, -3, 4, NaN), [mask]: tensor(0, 1, 1, 0, 0) };
    const { state, notes } = plainNames(stored, 'x.pt');
    expect(state).toEqual({ bias: tensor(5), [plain]: tensor(0, 2, -3, 0, 0) });
    expect(Object.keys(state)).toEqual(['bias', plain]);
    expect(notes).toEqual(['1 masks stored next to weights are applied']);
    // The weight in the file's own state is as it was.
    expect(stored[weight]!.data[0]).toBe(-1);
    expect(unmaskedName(weight)).toBe(plain);
  });

  it('may be one of several of a parametrised weight', () => {
    const { state, notes } = plainNames(
      {
        'parametrizations.weight.original': tensor(1, 2, 3, 4),
        'parametrizations.weight.0.mask': tensor(1, 0, 1, 1),
        'parametrizations.weight.1.mask': tensor(1, 1, 0.5, 0),
        // Not the next one.
        'parametrizations.weight.3.mask': tensor(0, 0, 0, 0),
      },
      'x.pt',
    );
    expect(state['weight']).toEqual(tensor(1, 0, 1.5, 0));
    expect(Object.keys(state)).toEqual(['weight', 'parametrizations.weight.3.mask']);
    expect(notes).toEqual(['2 masks stored next to weights are applied']);
  });

  it('may be missing: a parametrised weight is read by its name, and another one is left alone', () => {
    const stored = { 'a.parametrizations.weight.original': tensor(1), b_orig: tensor(2), c_mask: tensor(3) };
    expect(plainNames(stored, 'x.pt')).toEqual({
      state: { 'a.weight': tensor(1), b_orig: tensor(2), c_mask: tensor(3) },
      notes: ['1 parametrised weights are read under their plain names'],
    });
  });

  it('leaves the weight over shared memory, and in its type of floating point', () => {
    const data = new Float32Array(new SharedArrayBuffer(8) as unknown as ArrayBuffer);
    data.set([1, 2]);
    const half = { data, shape: [2], stored: { dtype: 'float16' as const } };
    const { w } = plainNames({ w_orig: half, w_mask: tensor(0, 1) }, 'x.pt').state;
    expect([...w!.data]).toEqual([0, 2]);
    expect(w!.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(w!.stored).toEqual({ dtype: 'float16' });
    // The bytes of whole numbers are those from before the mask.
    const whole = { ...tensor(1, 2), stored: { dtype: 'int8' as const, bytes: Uint8Array.of(1, 2) } };
    expect(plainNames({ w_orig: whole, w_mask: tensor(0, 1) }, 'x.pt').state['w']).toEqual(tensor(0, 2));
    expect(
      plainNames({ w_orig: tensor(1), w_mask: tensor(1) }, 'x.pt').state['w']!.data.buffer,
    ).toBeInstanceOf(ArrayBuffer);
  });

  it('of another shape is refused, and so is a weight that is there twice', () => {
    const mask = { data: new Float32Array(4), shape: [2, 2] };
    expect(() => plainNames({ w_orig: tensor(1, 2, 3, 4), w_mask: mask }, 'x.pt')).toThrow(
      'x.pt: w_orig: expected a mask of shape (4), found (2, 2)',
    );
    expect(() => plainNames({ w_orig: tensor(1), w_mask: tensor(1), w: tensor(1) }, 'x.pt')).toThrow(
      'x.pt: w_orig and w are the same weight: expected only one',
    );
  });
});

test('names that only look like those of masked weights are plain ones', () => {
  for (const name of [
    'orig',
    'a_original',
    'weight_orig.0',
    'parametrizations.a.b.original',
    'parametrizations.a.original.x',
  ]) {
    expect(unmaskedName(name)).toBe(name);
  }
});

import { MixedPrecisionTable, SparseTable } from '@ds/data-sparsifier';
import { checkFinite, nonFiniteValue } from '@ds/tensor-files';

const tensor = (values: readonly number[], shape = [values.length]) => ({
  data: Float32Array.from(values),
  shape,
});

test('a state of finite values passes, the largest ones and -0 too', () => {
  const state = { a: tensor([3.4028234663852886e38, -3.4028234663852886e38, -0, 2 ** -149]), b: tensor([]) };
  expect(nonFiniteValue(state)).toBeUndefined();
  expect(() => checkFinite(state, 'x.pt')).not.toThrow();
});

test.each([
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
])('%j is found wherever it is, with its tensor and position', (value, text) => {
  for (let position = 0; position < 6; position++) {
    const values = [1, 2, 3, 4, 5, 6];
    values[position] = value;
    const state = { first: tensor([1]), second: tensor(values, [2, 3]), third: tensor([NaN]) };
    const message = `second: expected finite values, found ${text} at position ${position} of shape (2, 3)`;
    expect(nonFiniteValue(state)).toBe(message);
    expect(() => checkFinite(state, 'x.pt')).toThrow(`x.pt: ${message}`);
  }
});

test('the values of a sparse or mixed-precision table are those of the dense one', () => {
  const table = { data: Float32Array.of(1, 0, 0, NaN, 0, 0), shape: [3, 2] };
  const found = 'w: expected finite values, found NaN at position 3 of shape (3, 2)';
  expect(nonFiniteValue({ w: SparseTable.fromDense({ table }) })).toBe(found);
  const finite = { ...table, data: Float32Array.of(1, 0, 0, 2, 0, 0) };
  const bits = Uint8Array.of(8, 4, 32);
  expect(nonFiniteValue({ w: MixedPrecisionTable.fromDense({ table: finite, bits }) })).toBeUndefined();
});

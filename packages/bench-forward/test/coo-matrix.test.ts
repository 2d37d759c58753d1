import fc from 'fast-check';
import { multiplyCoo, toCoo } from '../src/coo-matrix.js';

/** Small whole numbers, so that float32 sums are exact; zeros of both signs are frequent. */
const value = fc.oneof(fc.constant(0), fc.constant(-0), fc.integer({ min: -9, max: 9 }));
const matrix = (rows: number, columns: number) =>
  fc
    .array(value, { minLength: rows * columns, maxLength: rows * columns })
    .map((values) => Float32Array.from(values));

describe('toCoo', () => {
  test('keeps the values that are not zero, row by row', () => {
    const coo = toCoo(Float32Array.of(0, 2, -0, 0, 0, 0, 3, 0, NaN), [3, 3]);
    expect(coo).toEqual({
      shape: [3, 3],
      rows: Int32Array.of(0, 2, 2),
      columns: Int32Array.of(1, 0, 2),
      values: Float32Array.of(2, 3, NaN),
    });
  });
});

describe('multiplyCoo', () => {
  test('equals the product of the dense matrices plus the bias', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 6 }),
    );
    const input = sizes.chain(([n, k, m]) =>
      fc.record({
        n: fc.constant(n),
        k: fc.constant(k),
        m: fc.constant(m),
        a: matrix(n, k),
        b: matrix(k, m),
        bias: matrix(1, m),
      }),
    );
    fc.assert(
      fc.property(input, ({ n, k, m, a, b, bias }) => {
        const expected = new Float32Array(n * m);
        for (let row = 0; row < n; row++) {
          for (let column = 0; column < m; column++) {
            let sum = bias[column]!;
            for (let i = 0; i < k; i++) sum += a[row * k + i]! * b[i * m + column]!;
            expected[row * m + column] = sum + 0; // +0, as sums of +0 and -0 are
          }
        }
        const product = multiplyCoo(toCoo(a, [n, k]), { data: b, shape: [k, m] }, bias);
        expect(product.map((x) => x + 0)).toEqual(expected);
      }),
    );
  });
});

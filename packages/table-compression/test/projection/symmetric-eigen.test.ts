import fc from 'fast-check';
import { symmetricEigen } from '../../src/projection/symmetric-eigen.js';

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 0, max: 20 }), fc.integer())
  .map(([dim, rank, seed]) => {
    let state = seed >>> 0;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
    const matrix = new Float64Array(dim * dim);
    for (let added = 0; added < rank; added++) {
      const vector = Float64Array.from({ length: dim }, random);
      const scale = 10 ** (6 * random());
      for (let i = 0; i < dim; i++) {
        for (let j = 0; j < dim; j++) matrix[i * dim + j]! += scale * (vector[i]! * vector[j]!);
      }
    }
    return { dim, matrix };
  });

test('gives values and vectors that make up the matrix again, orthonormal, largest first', () => {
  fc.assert(
    fc.property(matrices, ({ dim, matrix }) => {
      const { values, vectors } = symmetricEigen(matrix, dim);
      const size = Math.max(1e-300, ...matrix.map(Math.abs));
      for (let i = 0; i < dim; i++) {
        for (let j = 0; j < dim; j++) {
          let entry = 0;
          let product = 0;
          for (let k = 0; k < dim; k++) {
            entry += values[k]! * vectors[k * dim + i]! * vectors[k * dim + j]!;
            product += vectors[i * dim + k]! * vectors[j * dim + k]!;
          }
          expect(Math.abs(entry - matrix[i * dim + j]!)).toBeLessThan(1e-12 * size * dim);
          expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-12);
        }
        if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!);
      }
    }),
  );
});

test('a diagonal matrix has its entries as values', () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 3), 3);
  expect([...values]).toEqual([5, 3, 1]);
  expect([...vectors]).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0]);
});

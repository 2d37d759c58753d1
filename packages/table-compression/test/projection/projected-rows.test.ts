import { compressTables, measureTables } from '../../src/index.js';

// Rows along one direction, with a little in all others, and a curvature that sees one direction most: what flights have.
const [rows, dim] = [3000, 16];
const table = tableOf();
const importance = {
  t: {
    accesses: Float64Array.from({ length: rows }, (_, row) => Math.ceil(2000 / (1 + ((row * 7919) % rows)))),
    curvature: Float64Array.from({ length: dim * dim }, (_, at) => {
      const [i, j] = [Math.floor(at / dim), at % dim];
      return Math.cos(i) * Math.cos(j) + (i === j ? 0.01 : 0);
    }),
  },
};
const tables = { t: table };

function tableOf() {
  let state = 5;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const data = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const along = random() + random();
    for (let i = 0; i < dim; i++) data[row * dim + i] = 0.1 + along * Math.sin(1 + i) + 0.1 * random();
  }
  return { data, shape: [rows, dim] };
}

function distortion(dense: Float32Array): number {
  const { accesses, curvature } = importance.t;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) {
        const [a, b] = [row * dim + i, row * dim + j];
        sum +=
          accesses[row]! *
          curvature[i * dim + j]! *
          (dense[a]! - table.data[a]!) *
          (dense[b]! - table.data[b]!);
      }
    }
  }
  return sum;
}

test.each([20, 60, 150])('rows in a basis of their table cost less than half at %ix', (ratio) => {
  const budget = { ratio };
  const projected = compressTables({ tables, importance, budget })['t']!;
  const quantized = compressTables({ tables, importance, budget, rows: 'quantized' })['t']!;
  for (const small of [projected, quantized]) {
    expect(small.byteLength).toBeLessThanOrEqual((4 * rows * dim) / ratio);
    expect(small.byteLength).toBeGreaterThan((0.9 * 4 * rows * dim) / ratio);
  }
  expect(projected.rowsOfBits[128]).toBeGreaterThan(0);
  expect(quantized.parts().projection).toBeUndefined();
  expect(distortion(projected.toDense())).toBeLessThan(0.5 * distortion(quantized.toDense()));
});

test('the same tables give the same bytes', () => {
  const parts = () => compressTables({ tables, importance, budget: { ratio: 40 } })['t']!.parts();
  expect(parts()).toEqual(parts());
});

test('a table has no more directions than its rows use, and every kind has rows', () => {
  const measured = measureTables({ tables, importance });
  for (const ratio of [10, 30, 100, 300, 1000]) {
    const { projection, classes } = measured.compress({ ratio })['t']!.parts();
    if (!projection) continue;
    const kinds = classes.map(({ bits }) => bits).filter((bits) => bits >= 128);
    expect(kinds.sort()).toEqual(projection.kinds.map((_, place) => 128 + place));
    const most = Math.max(...projection.kinds.map(({ coefficientBits }) => coefficientBits.length));
    expect(projection.basis).toHaveLength(2 * dim * (1 + most));
    for (const { coefficientBits } of projection.kinds) expect(coefficientBits.at(-1)).toBeGreaterThan(0);
  }
});

test('a table that is too small to pay for a basis has none', () => {
  const small = { data: table.data.slice(0, 3 * dim), shape: [3, dim] };
  const found = compressTables({ tables: { small }, budget: { ratio: 6 } })['small']!;
  expect(found.byteLength).toBeLessThanOrEqual(32);
  expect(found.parts().projection).toBeUndefined();
});

test('refuses another form of rows', () => {
  const rowForm = 'whole' as 'projected';
  expect(() => measureTables({ tables, importance, rows: rowForm })).toThrow(
    'rows: expected projected or quantized, found "whole"',
  );
});

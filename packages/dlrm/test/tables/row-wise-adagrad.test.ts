import { DenseTable } from '../../src/tables/dense-table.js';
import { RowWiseAdagrad } from '../../src/tables/row-wise-adagrad.js';

test('a row that is looked up twice makes one step with the sum of its gradients; others stay', () => {
  const table = new DenseTable({ data: Float32Array.of(1, 1, 2, 2, 3, 3), shape: [3, 2] });
  const adagrad = new RowWiseAdagrad([table]);
  adagrad.step(Int32Array.of(2, 0, 2), Float32Array.of(1, 2, 0.5, 0, 3, 2), { learningRate: 0.1 });
  // Row 2: the gradient (4, 4), mean square 16. Row 0: (0.5, 0), mean square 1 / 8.
  expect(adagrad.sums[0]).toEqual(Float32Array.of(1 / 8, 0, 16));
  const close = (found: Float32Array, expected: number[]) =>
    expected.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 6));
  close(table.data, [1 - (0.1 * 0.5) / Math.sqrt(1 / 8), 1, 2, 2, 2.9, 2.9]);
  adagrad.step(Int32Array.of(2), Float32Array.of(-3, 0), { learningRate: 0.1 });
  close(adagrad.sums[0]!, [1 / 8, 0, 20.5]);
  close(table.data.subarray(4), [2.9 + 0.3 / Math.sqrt(20.5), 2.9]);
});

test('tables have accumulators of their own', () => {
  const tables = [2, 3].map((rows) => new DenseTable({ data: new Float32Array(2 * rows), shape: [rows, 2] }));
  const adagrad = new RowWiseAdagrad(tables);
  adagrad.step(Int32Array.of(1, 1), Float32Array.of(1, 1, 2, 2), { learningRate: 1 });
  expect(adagrad.sums).toEqual([Float32Array.of(0, 1), Float32Array.of(0, 4, 0)]);
  expect(tables.map(({ data }) => [...data].map(Math.round))).toEqual([
    [0, 0, -1, -1],
    [0, 0, -1, -1, 0, 0],
  ]);
});

test('a gradient of 0 changes nothing', () => {
  const table = new DenseTable({ data: Float32Array.of(1, 1), shape: [1, 2] });
  new RowWiseAdagrad([table]).step(Int32Array.of(0), new Float32Array(2), { learningRate: 0.1 });
  expect(table.data).toEqual(Float32Array.of(1, 1));
});

test('a held value stays, and its gradient still counts for the row', () => {
  const table = new DenseTable({ data: Float32Array.of(0, 1), shape: [1, 2] });
  const adagrad = new RowWiseAdagrad([table]);
  adagrad.step(Int32Array.of(0), Float32Array.of(3, 1), { learningRate: 1, held: [Uint32Array.of(0b01)] });
  expect(adagrad.sums[0]).toEqual(Float32Array.of(5));
  expect(table.data[0]).toBe(0);
  expect(table.data[1]).toBeCloseTo(1 - 1 / Math.sqrt(5), 6);
});

import { MixedPrecisionTable } from '../../../src/index.js';

test('more rows of a class than are rounded at a time', () => {
  const rows = 2 * 4096 + 3;
  // Exact in float16.
  const data = Float32Array.from({ length: 2 * rows }, (_, at) => at % 2039);
  const bits = Uint8Array.from({ length: rows }, (_, row) => (row === 5 ? 0 : 16));
  const dense = MixedPrecisionTable.fromDense({ table: { data, shape: [rows, 2] }, bits }).toDense();
  data.fill(0, 10, 12);
  expect(dense).toEqual(data);
});

test('float16 has values up to 65504, float32 all that are finite', () => {
  const data = Float32Array.of(65504, -65504, 3.4e38, 70_000);
  const table = { data, shape: [2, 2] };
  const built = MixedPrecisionTable.fromDense({ table, bits: Uint8Array.of(16, 32) });
  expect(built.toDense()).toEqual(data);
});

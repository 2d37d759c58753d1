import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BaseDataSparsifier,
  dequantizeRows,
  postTrainingSparseQuantize,
  quantizeRows,
  type Norm,
  type QuantizedRows,
  type Table,
} from '@ds/data-sparsifier';
import { randomTable } from '../random-table.js';

interface Golden {
  tables: { name: string; shape: [number, number] }[];
  cases: {
    sparsifyFirst: boolean;
    sparsity_level: number;
    sparse_block_shape: [number, number];
    norm: Norm;
  }[];
}

const folder = join(__dirname, '../golden/quantization');
const golden = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Golden;
const tableBytes = Uint8Array.from(readFileSync(join(folder, 'tables.bin')));
const expected = Uint8Array.from(readFileSync(join(folder, 'expected.bin')));

let nextValue = 0;
const tables = Object.fromEntries(
  golden.tables.map(({ name, shape }): [string, Table] => {
    const length = shape[0] * shape[1];
    return [
      name,
      { data: new Float32Array(tableBytes.buffer).slice(nextValue, (nextValue += length)), shape },
    ];
  }),
);

let nextByte = 0;
const take = (bytes: number) => expected.slice(nextByte, (nextByte += bytes));
const cases = golden.cases.map((config) => ({
  ...config,
  expected: Object.fromEntries(
    golden.tables.map(({ name, shape }): [string, QuantizedRows] => {
      const scales = new Float32Array(take(4 * shape[0]).buffer);
      // PyTorch's are zeros of either sign where the smallest value is a zero.
      const zeroPoints = new Float32Array(take(4 * shape[0]).buffer).map((zeroPoint) => zeroPoint + 0);
      return [name, { data: take(shape[0] * shape[1]), shape, scales, zeroPoints }];
    }),
  ),
}));

test('the golden files are used up', () => {
  expect(nextValue * 4).toBe(tableBytes.length);
  expect(nextByte).toBe(expected.length);
});

test.each(cases)(
  "matches PyTorch 2.15's integers, scales and zero points: sparsifyFirst $sparsifyFirst, level $sparsity_level",
  ({ expected, sparsifyFirst, sparsity_level, sparse_block_shape, norm }) => {
    const before = structuredClone(tables);
    const quantized = postTrainingSparseQuantize(tables, {
      sparsifyFirst,
      sparsityLevel: sparsity_level,
      sparseBlockShape: sparse_block_shape,
      norm,
    });
    for (const [name, rows] of Object.entries(expected))
      expect({ name, ...quantized[name] }).toEqual({ name, ...rows });
    expect(tables).toEqual(before);
  },
);

test('sparsifies first by default', () => {
  const config = { sparsityLevel: 0.5, sparseBlockShape: [1, 1] as const };
  const table = { data: Float32Array.of(5, 6, 7, 8), shape: [1, 4] };
  const { t } = postTrainingSparseQuantize({ t: table }, config);
  // The pruned row is 0, 0, 7, 8, and its values take part in the scale; the row as it was has a range of 3.
  expect(t).toEqual(quantizeRows('t', { data: Float32Array.of(0, 0, 7, 8), shape: [1, 4] }));
  expect(t).not.toEqual(postTrainingSparseQuantize({ t: table }, { ...config, sparsifyFirst: false }).t);
});

test('dequantized rows are within half a step of the values', () => {
  const table = randomTable(5, [30, 16]);
  const quantized = quantizeRows('t', table);
  dequantizeRows(quantized).data.forEach((value, i) => {
    const step = quantized.scales[Math.floor(i / 16)]!;
    expect(Math.abs(value - table.data[i]!)).toBeLessThanOrEqual(step * 0.501);
  });
});

test('takes only the named tables, and a sparsifier of the caller', () => {
  class FirstColumn extends BaseDataSparsifier {
    override updateMask(name: string, table: Table): void {
      const columns = table.shape[1]!;
      this.getMask(name).forEach((_, i, mask) => (mask[i] = i % columns === 0 ? 0 : 1));
    }
  }
  const two = { a: randomTable(1, [3, 4]), b: randomTable(2, [3, 4]) };
  const quantized = postTrainingSparseQuantize(two, {
    names: ['b'],
    createSparsifier: () => new FirstColumn({}),
  });
  expect(Object.keys(quantized)).toEqual(['b']);
  const { data } = dequantizeRows(quantized.b!);
  for (const at of [0, 4, 8]) expect(Math.abs(data[at]!)).toBeLessThan(0.005);
  expect(() => postTrainingSparseQuantize(two, { names: ['c'] })).toThrow(
    'no table named "c"; the tables are a, b',
  );
  for (const shape of [[4], [2, 2, 2]]) {
    expect(() => quantizeRows('t', randomTable(1, shape))).toThrow(
      `table "t": expected 2 dimensions, found shape [${shape.join(', ')}]`,
    );
  }
});

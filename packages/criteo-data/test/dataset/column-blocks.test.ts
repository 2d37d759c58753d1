import fc from 'fast-check';
import type { NpzEntry } from '@ds/tensor-files/npz';
import { arrayValues } from '../../src/dataset/array-values.js';
import { columnBlocks } from '../../src/dataset/column-blocks.js';

async function* inPieces<Values extends { length: number; slice(start: number, end: number): Values }>(
  values: Values,
  length: number,
) {
  for (let start = 0; start < values.length; start += length) yield values.slice(start, start + length);
}

it('puts every value of a matrix where it belongs, in both orders and however it is cut', async () => {
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 6 }),
    fortranOrder: fc.boolean(),
    chunkLength: fc.integer({ min: 1, max: 50 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, columns, fortranOrder, chunkLength }) => {
      const values = Float64Array.from({ length: rows * columns }, (_, position) => position);
      const read = new Float64Array(values.length).fill(-1);
      const limits = new Int32Array(columns).fill(values.length);
      const chunks = inPieces(values, chunkLength);
      for await (const block of columnBlocks(chunks, { rows, columns, fortranOrder }, limits, fail)) {
        block.values.forEach((value, i) => {
          const row = block.row + i;
          expect(row).toBeLessThan(rows);
          const position = fortranOrder ? block.column * rows + row : row * columns + block.column;
          expect(read[position]).toBe(-1);
          read[position] = value;
        });
      }
      expect(read).toEqual(values);
    }),
  );
});

it.each([0.5, -1, 7, NaN, 2 ** 31])(
  'refuses %s where its column ends at 6, and says where it is',
  async (bad) => {
    const values = Float64Array.from({ length: 12 }, () => 6);
    values[7] = bad;
    const blocks = columnBlocks(
      inPieces(values, 5),
      { rows: 4, columns: 3, fortranOrder: false },
      Int32Array.of(9, 6, 9),
      fail,
    );
    await expect(blocks.next()).resolves.toMatchObject({ value: { column: 0 } });
    await expect(readAll(blocks)).rejects.toThrow(`2,1: ${bad}`);
  },
);

it.each([
  ['int32', Int32Array.of(3, -1, 2 ** 31 - 1)],
  ['int64', BigInt64Array.of(3n, -1n, 2n ** 40n)],
  ['float64', Float64Array.of(3, -0.5, 2 ** 40)],
] as const)('reads %s however its bytes are cut', async (dtype, values) => {
  const bytes = new Uint8Array(values.buffer);
  for (let length = 1; length <= bytes.length; length++) {
    const read: number[] = [];
    const entry = { dtype, bytes: () => inPieces(bytes, length) } as unknown as NpzEntry;
    for await (const chunk of arrayValues(entry)) read.push(...chunk);
    expect(read).toEqual(Array.from(values, Number));
  }
});

it('reads an array of several chunks', async () => {
  const values = Float64Array.from({ length: 300_000 }, (_, position) => position);
  const bytes = new Uint8Array(values.buffer);
  const chunks: Float64Array[] = [];
  const entry = { dtype: 'float64', bytes: () => inPieces(bytes, 65_537) } as unknown as NpzEntry;
  for await (const chunk of arrayValues(entry)) chunks.push(Float64Array.from(chunk));
  expect(chunks.length).toBeGreaterThan(1);
  expect(Buffer.concat(chunks.map(({ buffer }) => new Uint8Array(buffer))).equals(bytes)).toBe(true);
});

async function readAll(blocks: AsyncIterable<unknown>): Promise<void> {
  for await (const block of blocks) expect(block).toBeDefined();
}

function fail({ row, column, found }: { row: number; column: number; found: number }): Error {
  return new Error(`${row},${column}: ${found}`);
}

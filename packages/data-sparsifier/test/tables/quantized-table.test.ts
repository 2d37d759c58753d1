import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { QuantizedTable } from '../../src/tables/quantized-table.js';
import { TableMemory } from '../../src/tables/table-memory.js';

interface GoldenCase {
  name: string;
  shape: [number, number];
  data: string;
  packed8: string;
  unpacked8: string;
  packed4: string;
  unpacked4: string;
}

const golden = JSON.parse(readFileSync(join(__dirname, '../golden/quantized-tables/cases.json'), 'utf8')) as {
  cases: GoldenCase[];
};

function floats(hex: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(hex, 'hex')).buffer);
}

function gatheredByKernel(table: QuantizedTable, memory: TableMemory): Float32Array {
  const idsAt = memory.allocate(4 * table.rows);
  const outAt = memory.allocate(4 * table.rows * table.dim);
  const ids = memory.int32(idsAt, table.rows);
  ids.set(ids.map((_, row) => row));
  const out = memory.float32(outAt, table.rows * table.dim);
  table.gatherRows(ids, out);
  return out;
}

const rowsOfValues = fc
  .record({
    rows: fc.integer({ min: 1, max: 70 }),
    dim: fc.integer({ min: 1, max: 40 }),
    values: fc.array(fc.oneof(fc.constant(0), fc.float({ noNaN: true, min: -1000, max: 1000 })), {
      minLength: 1,
      maxLength: 50,
    }),
    keptRows: fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
  })
  .map(({ rows, dim, values, keptRows }) => {
    const data = Float32Array.from({ length: rows * dim }, (_, at) =>
      keptRows[Math.floor(at / dim) % keptRows.length]
        ? values[(at * 7 + Math.floor(at / 11)) % values.length]!
        : 0,
    );
    return { data, shape: [rows, dim] as [number, number] };
  });

describe.each(golden.cases)('QuantizedTable on $name', (input) => {
  const table = { data: floats(input.data), shape: input.shape };

  test.each([8, 4] as const)('packs rows to %s bits as PyTorch 2.15 does, byte for byte', (bits) => {
    const quantized = QuantizedTable.fromDense({ table, bits });
    expect(Buffer.from(quantized.packedRows()).toString('hex')).toBe(input[`packed${bits}`]);
  });

  test.each([8, 4] as const)('reads rows of %s bits as PyTorch 2.15 does, bit for bit', (bits) => {
    const expected = floats(input[`unpacked${bits}`]);
    expect(QuantizedTable.fromDense({ table, bits }).toDense()).toEqual(expected);
    const memory = new TableMemory();
    expect(gatheredByKernel(QuantizedTable.fromDense({ table, bits, memory }), memory)).toEqual(expected);
  });
});

describe('QuantizedTable', () => {
  const formats = [
    { bits: 8, scaleType: 'float32' },
    { bits: 8, scaleType: 'float16' },
    { bits: 4, scaleType: 'float16' },
    { bits: 4, scaleType: 'float32' },
  ] as const;

  test.each(formats)('gathers the same with the kernel as with the plain loop: %j', (format) => {
    fc.assert(
      fc.property(rowsOfValues, (table) => {
        const memory = new TableMemory();
        const fast = gatheredByKernel(QuantizedTable.fromDense({ table, ...format, memory }), memory);
        expect(fast).toEqual(QuantizedTable.fromDense({ table, ...format }).toDense());
      }),
    );
  });

  test.each(formats)(
    'is within half a step, and the rounding of the scales, of the dense table: %j',
    (format) => {
      const steps = 2 ** format.bits - 1;
      fc.assert(
        fc.property(rowsOfValues, (table) => {
          const [rows, dim] = table.shape;
          const read = QuantizedTable.fromDense({ table, ...format }).toDense();
          for (let row = 0; row < rows; row++) {
            const values = table.data.subarray(row * dim, (row + 1) * dim);
            const range = Math.max(...values) - Math.min(...values);
            const largest = Math.max(...values.map(Math.abs));
            const halfError =
              format.scaleType === 'float16' ? largest * 2 ** -11 + range * 2 ** -10 + 2 ** -15 * steps : 0;
            const allowed = range / steps / 2 + halfError + largest * 1e-5 + 1e-6;
            const errors = Array.from(values, (value, at) => Math.abs(read[row * dim + at]! - value));
            expect(Math.max(...errors)).toBeLessThanOrEqual(allowed);
          }
        }),
      );
    },
  );

  test('leaves out rows that are pruned throughout, which read as +0', () => {
    const data = new Float32Array(1000 * 16).fill(0.5);
    const mask = Uint8Array.from(data, (_, at) => (Math.floor(at / 16) % 10 === 0 ? 1 : 0));
    const quantized = QuantizedTable.fromDense({ table: { data, shape: [1000, 16] }, mask });
    expect(quantized.storedRows).toBe(100);
    expect(quantized.packedRows()).toHaveLength(100 * 24);
    expect(quantized.byteLength).toBeLessThan(100 * 24 + 1000 / 4);
    expect(quantized.toDense()).toEqual(data.map((value, at) => value * mask[at]!));
  });

  test('halves the scales of 8-bit rows where asked', () => {
    const table = { data: Float32Array.of(0, 1, 2, 255), shape: [1, 4] };
    const quantized = QuantizedTable.fromDense({ table, scaleType: 'float16' });
    expect([...quantized.packedRows()]).toEqual([0, 1, 2, 255, 0x00, 0x3c, 0, 0]);
  });

  test('takes the largest values of float16', () => {
    const table = { data: Float32Array.of(-65504, 65504), shape: [1, 2] };
    // Scale 131008 / 15 is rounded up to 8736 in float16, of which 15 lie between the codes 0 and 15.
    expect([...QuantizedTable.fromDense({ table, bits: 4 }).toDense()]).toEqual([-65504, -65504 + 15 * 8736]);
  });

  test.each([
    [
      'a value that is not a number',
      { data: Float32Array.of(1, 2, 3, NaN), shape: [2, 2] },
      8,
      /row 1, column 1: .*found NaN/,
    ],
    [
      'an infinity',
      { data: Float32Array.of(1, Infinity), shape: [1, 2] },
      8,
      /row 0, column 1: .*found Infinity/,
    ],
    [
      'a value beyond float16 scales',
      { data: Float32Array.of(1, 70000), shape: [1, 2] },
      4,
      /within 65504, found 70000/,
    ],
    [
      'a shape that is not the data',
      { data: Float32Array.of(1, 2), shape: [2, 2] },
      8,
      /shape \(2, 2\) with 2 values/,
    ],
  ] as const)('refuses %s', (_, table, bits, message) => {
    expect(() => QuantizedTable.fromDense({ table, bits })).toThrow(message);
  });

  // In the last two the range is finite, but is rounded so that the highest code would read as infinity.
  test.each([
    [-3e38, 3e38, 8],
    [-3e38, 3e38, 4],
    [3.022367738368301e36, 3.4028234663852886e38, 8],
    [4.425853502046516e37, 3.4028234663852886e38, 4],
  ] as const)(
    'refuses a row from %s to %s, too wide for float32 scales of %s bits',
    (smallest, largest, bits) => {
      const data = Float32Array.of(1, 2, smallest, largest);
      const quantize = () =>
        QuantizedTable.fromDense({ table: { data, shape: [2, 2] }, bits, scaleType: 'float32' });
      expect(quantize).toThrow(
        new RangeError(
          `cannot quantise row 1: its range, ${data[2]} to ${data[3]}, is too large for float32`,
        ),
      );
    },
  );

  test('reads every row that it takes as finite values', () => {
    const large = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(-3.4028234663852886e38, 3.4028234663852886e38),
    );
    fc.assert(
      fc.property(
        fc.array(large, { minLength: 1, maxLength: 6 }),
        fc.constantFrom<8 | 4>(8, 4),
        (row, bits) => {
          const table = { data: Float32Array.from(row), shape: [1, row.length] };
          let quantized;
          try {
            quantized = QuantizedTable.fromDense({ table, bits, scaleType: 'float32' });
          } catch (error) {
            // Half of float32's range always fits.
            expect(Math.max(...row.map(Math.abs))).toBeGreaterThan(1.7e38);
            expect((error as Error).message).toMatch(/^cannot quantise row 0: its range, /);
            return;
          }
          expect(quantized.toDense().every(Number.isFinite)).toBe(true);
        },
      ),
    );
  });

  test.each([
    [{ bits: 16 }, 'expected codes of 8 or 4 bits, found 16'],
    [{ bits: '8' }, 'expected codes of 8 or 4 bits, found 8'],
    [{ scaleType: 'float64' }, 'expected scales of type float32 or float16, found float64'],
    [{ bits: 4, scaleType: 'Float16' }, 'expected scales of type float32 or float16, found Float16'],
  ])('refuses the format %j', (format, message) => {
    const options = { table: { data: Float32Array.of(1, 2), shape: [1, 2] }, ...format };
    expect(() => QuantizedTable.fromDense(options as Parameters<typeof QuantizedTable.fromDense>[0])).toThrow(
      new RangeError(message),
    );
  });

  test('refuses ids that are no rows, in both gathers', () => {
    const memory = new TableMemory();
    const table = { data: new Float32Array(8).fill(1), shape: [2, 4] };
    const fast = QuantizedTable.fromDense({ table, memory });
    const at = memory.allocate(64);
    const ids = memory.int32(at, 1);
    ids[0] = -1;
    const message = 'id -1 at position 0 is not a row of a table of 2 rows';
    expect(() => fast.gatherRows(ids, memory.float32(at + 16, 4))).toThrow(message);
    expect(() => fast.gatherRows(Int32Array.of(-1), new Float32Array(4))).toThrow(message);
  });
});

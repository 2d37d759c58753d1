import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { errorCarry } from '../../src/quantization/error-carry.js';
import { roundReference } from '../../src/quantization/round-by-curvature.js';
import { roundingKernel } from '../../src/quantization/rounding-kernel.js';
import {
  fusedRowBytes,
  roundRows,
  unpackFusedRows,
  type RowBits,
} from '../../src/quantization/round-rows.js';

interface GoldenCase {
  name: string;
  shape: [number, number];
  data: string;
  curvature: string;
  nearest4: string;
  nearest2: string;
  greedy4: string;
  greedy2: string;
  gptqError8: number[];
  gptqError4: number[];
  gptqError2: number[];
  gptqError1: number[];
}

const golden = JSON.parse(readFileSync(join(__dirname, '../golden/row-rounding/cases.json'), 'utf8')) as {
  cases: GoldenCase[];
};
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex')).buffer;
const allBits = [8, 4, 2, 1] as const;

/** e^T curvature e of each row. */
function weightedErrors(values: Float32Array, read: Float32Array, dim: number, curvature: Float64Array) {
  return Array.from({ length: values.length / dim }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) {
        const [a, b] = [row * dim + i, row * dim + j];
        sum += (read[a]! - values[a]!) * curvature[i * dim + j]! * (read[b]! - values[b]!);
      }
    }
    return sum;
  });
}

describe.each(golden.cases)('roundRows on $name', (input) => {
  const values = new Float32Array(bytes(input.data));
  const dim = input.shape[1];
  const curvature = new Float64Array(bytes(input.curvature));

  test.each([
    ['nearest', 4],
    ['nearest', 2],
    ['greedy', 4],
    ['greedy', 2],
  ] as const)('%s, %s bits: packs as PyTorch 2.15 does, byte for byte', (rounding, bits) => {
    const packed = roundRows({ values, dim, bits, rounding });
    expect(Buffer.from(packed).toString('hex')).toBe(input[`${rounding}${bits}`]);
  });

  test.each(allBits)('curvature, %s bits: weighted errors of GPTQ in NumPy', (bits) => {
    const packed = roundRows({ values, dim, bits, rounding: 'curvature', curvature });
    const found = weightedErrors(values, unpackFusedRows({ packed, dim, bits }), dim, curvature);
    input[`gptqError${bits}`].forEach((expected, row) => {
      expect(Math.abs(found[row]! - expected)).toBeLessThanOrEqual(1e-4 * expected + 1e-12);
    });
  });
});

const tables = fc
  .record({
    dim: fc.integer({ min: 1, max: 20 }),
    rows: fc.integer({ min: 0, max: 8 }),
    values: fc.array(fc.float({ noNaN: true, min: -60000, max: 60000 }), { minLength: 1, maxLength: 40 }),
    directions: fc.array(fc.float({ noNaN: true, min: -4, max: 4 }), { minLength: 1, maxLength: 60 }),
    bits: fc.constantFrom<RowBits>(...allBits),
  })
  .map(({ dim, rows, values, directions, bits }) => {
    const curvature = new Float64Array(dim * dim);
    for (let k = 0; k < 3; k++) {
      const direction = Array.from({ length: dim }, (_, i) => directions[(k * 17 + i) % directions.length]!);
      for (let at = 0; at < dim * dim; at++) {
        curvature[at]! += direction[Math.floor(at / dim)]! * direction[at % dim]!;
      }
    }
    const data = Float32Array.from({ length: rows * dim }, (_, at) => values[(at * 7) % values.length]!);
    return { values: data, dim, bits, curvature };
  });

test('rows have their bytes, and read as finite values within float16 steps of the range', () => {
  fc.assert(
    fc.property(tables, fc.constantFrom('nearest', 'greedy', 'curvature'), (table, rounding) => {
      const { values, dim, bits } = table;
      const packed = roundRows({ ...table, rounding });
      expect(packed).toHaveLength((values.length / dim) * fusedRowBytes(dim, bits));
      const read = unpackFusedRows({ packed, dim, bits });
      expect(read).toHaveLength(values.length);
      expect(read.every(Number.isFinite)).toBe(true);
    }),
  );
});

test('the kernel rounds by curvature as the plain loop does, byte for byte', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const carry = errorCarry(table.curvature, table.dim);
      expect(roundingKernel()!.round(table, carry)).toEqual(roundReference(table, carry));
    }),
    { numRuns: 300 },
  );
});

test('so it does with more rows than it takes at once, of more bytes than its memory has at first', () => {
  // The kernel takes 1024 rows at a time.
  for (const rows of [1024, 1025, 2051]) {
    const dim = 21;
    const values = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at) * (1 + (at % 7)));
    const curvature = new Float64Array(dim * dim);
    for (let at = 0; at < dim * dim; at++)
      curvature[at] = Math.cos(Math.floor(at / dim) - (at % dim)) + (at % (dim + 1) === 0 ? 1 : 0);
    const carry = errorCarry(curvature, dim);
    const table = { values, dim, bits: 2 as const, curvature };
    expect(Buffer.compare(roundingKernel()!.round(table, carry), roundReference(table, carry))).toBe(0);
  }
});

test('a curvature of zeros, of a table that the loss does not depend on, counts as the identity', () => {
  const { carry, weights } = errorCarry(new Float64Array(9), 3);
  expect(carry.every((value) => value === 0)).toBe(true);
  expect([...weights]).toEqual([1, 1, 1]);
  const values = Float32Array.of(-1, 0.3, 0.9, 0.1, 0.2, 7);
  const curvature = new Float64Array(9);
  expect(roundRows({ values, dim: 3, bits: 8, rounding: 'curvature', curvature })).toEqual(
    roundRows({ values, dim: 3, bits: 8, rounding: 'nearest' }),
  );
});

test('the errors that are carried on are the least ones: no change of a later column makes them smaller', () => {
  fc.assert(
    fc.property(tables, fc.nat(), ({ curvature, dim }, place) => {
      const { carry } = errorCarry(curvature, dim);
      const column = place % dim;
      let trace = 0;
      for (let i = 0; i < dim; i++) trace += curvature[i * (dim + 1)]!;
      const damped = (i: number, j: number) =>
        curvature[i * dim + j]! + (i !== j ? 0 : trace === 0 ? 1 : (0.01 * trace) / dim);
      // An error of 1 in the column and what the later ones do about it: the derivative of e^T H e in each of these is 0.
      const error = Array.from({ length: dim }, (_, j) =>
        j === column ? 1 : j > column ? carry[column * dim + j]! : 0,
      );
      for (let j = column + 1; j < dim; j++) {
        const slope = error.reduce((sum, value, i) => sum + damped(i, j) * value, 0);
        expect(Math.abs(slope)).toBeLessThanOrEqual(1e-9 * Math.max(trace, 1));
      }
    }),
  );
});

test('the greedy search ends at a row whose range has no step between in float32', () => {
  const values = Float32Array.of(1, 1 + 2 ** -23, -1, -1 - 2 ** -23);
  for (const bits of allBits) {
    expect(roundRows({ values, dim: 2, bits, rounding: 'greedy' })).toEqual(
      roundRows({ values, dim: 2, bits, rounding: 'nearest' }),
    );
  }
});

test('the largest float16 of either sign can be rounded', () => {
  const packed = roundRows({ values: Float32Array.of(-65504, 65504), dim: 2, bits: 1, rounding: 'nearest' });
  expect([...unpackFusedRows({ packed, dim: 2, bits: 1 })]).toEqual([-65504, 0]);
});

test.each([4, 2, 1] as const)(
  'rounding by curvature costs clearly less than rounding to the nearest of %s-bit codes',
  (bits) => {
    for (const { name, shape, data, curvature } of golden.cases) {
      if (!name.startsWith('normal')) continue;
      const dim = shape[1];
      const table = {
        values: new Float32Array(bytes(data)),
        dim,
        bits,
        curvature: new Float64Array(bytes(curvature)),
      };
      const cost = (rounding: 'nearest' | 'curvature') => {
        const read = unpackFusedRows({ packed: roundRows({ ...table, rounding }), dim, bits });
        return weightedErrors(table.values, read, dim, table.curvature).reduce(
          (sum, ofRow) => sum + ofRow,
          0,
        );
      };
      expect(cost('curvature')).toBeLessThan(0.7 * cost('nearest'));
    }
  },
);

describe('refuses', () => {
  const row = { values: Float32Array.of(1, 2, 3, 4), dim: 2, bits: 4, rounding: 'nearest' } as const;
  test.each([
    ['a part of a row', { dim: 3 }, 'values: expected a whole number of rows of 3, found 4 in all'],
    ['3 bits', { bits: 3 }, 'expected codes of 8, 4, 2 or 1 bits, found 3'],
    [
      'an unknown rounding',
      { rounding: 'up' },
      'expected the rounding nearest, greedy or curvature, found "up"',
    ],
    [
      'NaN',
      { values: Float32Array.of(1, 2, 3, NaN) },
      'cannot round row 1, column 1: expected a finite value within 65504, found NaN',
    ],
    ['NaN first', { values: Float32Array.of(NaN, 2) }, 'cannot round row 0, column 0'],
    [
      'rows of no values',
      { values: new Float32Array(0), dim: 0 },
      'values: expected a whole number of rows of 0',
    ],
    ['rows of half a value', { dim: 0.5 }, 'values: expected a whole number of rows of 0.5, found 4 in all'],
    [
      'a curvature of infinity',
      { rounding: 'curvature', curvature: Float64Array.of(Infinity, 0, 0, 1) },
      'curvature: expected a positive semidefinite matrix, found pivot',
    ],
    [
      'a value beyond float16',
      { values: Float32Array.of(1, -70000) },
      'cannot round row 0, column 1: expected a finite value within 65504, found -70000',
    ],
    [
      'no curvature',
      { rounding: 'curvature' },
      'rounding "curvature": expected a curvature (2, 2), found none',
    ],
    [
      'a curvature of another size',
      { rounding: 'curvature', curvature: new Float64Array(9) },
      'rounding "curvature": expected a curvature (2, 2), found 9 values',
    ],
    [
      'a curvature that is not positive semidefinite',
      { rounding: 'curvature', curvature: Float64Array.of(1, 5, 5, 1) },
      'curvature: expected a positive semidefinite matrix, found pivot',
    ],
    [
      'a curvature of NaN',
      { rounding: 'curvature', curvature: Float64Array.of(1, NaN, NaN, 1) },
      'curvature: expected a positive semidefinite matrix, found pivot',
    ],
  ] as const)('%s', (_, change, message) => {
    expect(() => roundRows({ ...row, ...change } as Parameters<typeof roundRows>[0])).toThrow(message);
  });

  test('bytes that are no rows', () => {
    expect(() => unpackFusedRows({ packed: new Uint8Array(11), dim: 16, bits: 4 })).toThrow(
      'packed: expected a whole number of rows of 12, found 11 in all',
    );
  });
});

import fc from 'fast-check';
import { mixedPrecisionBytes, MixedPrecisionTable } from '@ds/data-sparsifier';
import { firstExtraBytes } from '../../src/allocation/table-bytes.js';
import { PricedRows } from '../../src/allocation/priced-rows.js';
import {
  allocateProjected,
  allocateQuantized,
  allocateSampled,
  type AllocatedRows,
} from '../../src/projection/allocate-projected.js';
import { chooseRows } from '../../src/projection/choose-rows.js';
import { MeasuredTable } from '../../src/projection/measured-table.js';
import { projectedChoices } from '../../src/projection/projected-choices.js';
import { SampledTable } from '../../src/projection/sampled-table.js';

const dim = 4;

function tableOf(rows: number) {
  const table = {
    data: Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at) / (1 + (at % 97))),
    shape: [rows, dim],
  };
  const importance = {
    accesses: Float64Array.from({ length: rows }, (_, row) => (row * 7919) % 31),
    curvature: Float64Array.from({ length: dim * dim }, (_, at) => (at % (dim + 1) === 0 ? 2 : 0.5)),
  };
  return ['t', table, importance] as const;
}

test('chooses as from the distortions of all choices of all rows, at any price between the two', () => {
  const measured = new MeasuredTable(...tableOf(500), 1);
  fc.assert(
    fc.property(
      fc.double({ min: 1e-4, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      (low, width, isOffered) => {
        const choices = projectedChoices(measured, low);
        const extra = firstExtraBytes(choices).map((bytes, choice) =>
          isOffered[choice] || choice === 0 ? bytes : Infinity,
        );
        const high = low * (1 + width);
        const { bits, counts, undecided } = chooseRows(measured, choices, extra, [low, high]);
        const all = new PricedRows(choices);
        const others = new PricedRows(undecided, counts);
        for (const price of [low, (low + high) / 2, high]) {
          expect(others.bits(price, extra, bits.slice())).toEqual(all.bits(price, extra));
          expect(others.at(price, extra).counts).toEqual(all.at(price, extra).counts);
        }
      },
    ),
    { numRuns: 15 },
  );
});

/** Bytes, and the sum of accesses x e^T curvature e. */
function costOf(of: ReturnType<typeof tableOf>, { bits, projection }: AllocatedRows) {
  const [, table, { accesses, curvature }] = of;
  const small = MixedPrecisionTable.fromDense({ table, bits, curvature, projection });
  const rows = bits.length;
  expect(small.byteLength).toBe(mixedPrecisionBytes({ rows, dim, rowsOfBits: small.rowsOfBits, projection }));
  const errors = small.toDense().map((value, at) => value - table.data[at]!);
  let distortion = 0;
  for (let row = 0; row < rows; row++) {
    const e = errors.subarray(row * dim, (row + 1) * dim);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) distortion += accesses[row]! * e[i]! * curvature[i * dim + j]! * e[j]!;
    }
  }
  return { bytes: small.byteLength, distortion };
}

describe.each(['projected', 'quantized'] as const)('%s rows of a sampled table', (form) => {
  const of = tableOf(20_000);
  const allocateAll = form === 'projected' ? allocateProjected : allocateQuantized;

  test.each([2_000, 10_000, 40_000])('fill %i bytes, and lose hardly more than by all rows', (budget) => {
    const [sampled] = allocateSampled([new SampledTable(...of, 4)], budget, form);
    const [all] = allocateAll([new MeasuredTable(...of, 1)], budget);
    const [found, best] = [costOf(of, sampled!), costOf(of, all!)];
    expect(found.bytes).toBeLessThanOrEqual(budget);
    expect(found.bytes).toBeGreaterThan(0.995 * budget);
    expect(found.distortion).toBeLessThan(1.05 * best.distortion);
  });

  test.each([0, 1, 1e9])('are chosen within %i bytes', (budget) => {
    const [sampled] = allocateSampled([new SampledTable(...of, 4)], budget, form);
    const { bytes, distortion } = costOf(of, sampled!);
    expect(bytes).toBeLessThanOrEqual(budget);
    if (budget === 1e9) {
      expect(distortion).toBeLessThan(1e-3 * costOf(of, { bits: new Uint8Array(20_000) }).distortion);
    } else {
      expect(bytes).toBe(0);
    }
  });
});

describe.each([
  ['are all zeros', (row: number) => (row % 4 === 0 ? 0 : 1)],
  ['are the only ones that are not zeros', (row: number) => (row % 4 === 0 ? 1 : 0)],
  ['are a thousand times too small', (row: number) => (row % 4 === 0 ? 1e-3 : 1)],
  ['are a thousand times too large', (row: number) => (row % 4 === 0 ? 1 : 1e-3)],
])('a sample whose rows %s', (_, scale) => {
  const [name, table, importance] = tableOf(20_000);
  const data = table.data.map((value, at) => value * scale(Math.floor(at / dim)));
  const of = [name, { ...table, data }, importance] as const;

  test.each([30_000, 400_000])('still fills at most %i bytes, and well', (budget) => {
    const [sampled] = allocateSampled([new SampledTable(...of, 4)], budget, 'quantized');
    const [all] = allocateQuantized([new MeasuredTable(...of, 1)], budget);
    const [found, best] = [costOf(of, sampled!), costOf(of, all!)];
    expect(found.bytes).toBeLessThanOrEqual(budget);
    expect(found.distortion).toBeLessThanOrEqual(1.1 * best.distortion);
  });
});

import fc from 'fast-check';
import { mixedPrecisionBytes } from '@ds/data-sparsifier';
import { allocateBits, bitsAtPrice } from '../../src/allocation/allocate-bits.js';
import { rowChoices, type RowChoices } from '../../src/allocation/row-choices.js';
import { expectNear, readGoldenModel } from '../golden-model.js';

test('distortions and the bits at a price match NumPy', async () => {
  const { state, tables } = await readGoldenModel();
  for (const { name, accesses, curvature, distortions, bitsAtPrice: expected } of tables) {
    const choices = rowChoices(state[name]!, { accesses, curvature });
    expect(choices.bits).toEqual([0, 2, 4, 8, 16, 32]);
    for (const bits of [0, 2, 4, 8] as const) {
      expectNear(choices.distortions[choices.bits.indexOf(bits)]!, distortions(bits), 1e-6);
    }
    const coded = { ...choices, bits: choices.bits.slice(0, 4), rowBytes: choices.rowBytes.slice(0, 4) };
    for (const exponent of [2, 3, 4]) {
      expect(bitsAtPrice(coded, 10 ** -exponent, 1)).toEqual(expected(exponent));
    }
  }
});

const tablesOfAtLeast = (rows: number) =>
  fc.array(
    fc
      .record({ rows: fc.integer({ min: rows, max: 300 }), seed: fc.integer({ min: 1, max: 1000 }) })
      .map(tableOf),
    { minLength: 1, maxLength: 4 },
  );

/** Distortions as rounding gives them: about a sixteenth with each two bits more, rows of very different weight. */
function tableOf({ rows, seed }: { rows: number; seed: number }): RowChoices {
  const bits = [0, 2, 4, 8] as const;
  const weight = (row: number) =>
    (row * 7919 + seed) % 1009 === 0 ? 0 : 1e4 / (1 + ((row * 31 + seed) % 400));
  return {
    rows,
    dim: 16,
    bits,
    rowBytes: [0, 8, 12, 20],
    distortions: bits.map((own) =>
      Float32Array.from({ length: rows }, (_, row) => weight(row) * 16 ** (-own / 2)),
    ),
  };
}

const countsOf = (bits: Uint8Array) => {
  const counts: Record<number, number> = {};
  for (const own of bits) if (own > 0) counts[own] = (counts[own] ?? 0) + 1;
  return counts;
};

const distortionOf = (tables: readonly RowChoices[], bits: readonly Uint8Array[]) =>
  tables.reduce(
    (sum, table, index) =>
      sum +
      bits[index]!.reduce(
        (ofTable, own, row) => ofTable + table.distortions[table.bits.indexOf(own as 0 | 2 | 4 | 8)]![row]!,
        0,
      ),
    0,
  );

test('fits the budget, by bytes that are those of the tables', () => {
  fc.assert(
    fc.property(tablesOfAtLeast(0), fc.double({ min: 0, max: 1.2, noNaN: true }), (tables, share) => {
      const budget = share * 21 * tables.reduce((sum, { rows }) => sum + rows, 0);
      const { bits, bytes } = allocateBits(tables, budget);
      expect(bytes.reduce((sum, own) => sum + own, 0)).toBeLessThanOrEqual(budget);
      tables.forEach(({ rows, dim }, index) => {
        expect(bits[index]).toHaveLength(rows);
        expect(bytes[index]).toBe(mixedPrecisionBytes({ rows, dim, rowsOfBits: countsOf(bits[index]!) }));
      });
    }),
  );
});

// In a handful of rows, the index and the class bits of one row more or less are a large share of the budget.
test('in tables of 30 rows or more, no other price fits the budget with clearly less distortion', () => {
  fc.assert(
    fc.property(tablesOfAtLeast(30), fc.double({ min: 0.05, max: 1, noNaN: true }), (tables, share) => {
      const budget = share * 21 * tables.reduce((sum, { rows }) => sum + rows, 0);
      const chosen = distortionOf(tables, allocateBits(tables, budget).bits);
      for (let exponent = -8; exponent < 5; exponent += 0.5) {
        const others = tables.map((table) => bitsAtPrice(table, 10 ** exponent, 1));
        const bytes = tables.reduce(
          (sum, { rows, dim }, index) =>
            sum + mixedPrecisionBytes({ rows, dim, rowsOfBits: countsOf(others[index]!) }),
          0,
        );
        // Rows of equal weight are stored all or none: what is left of the budget then is lost.
        if (bytes <= 0.8 * budget) expect(chosen).toBeLessThanOrEqual(distortionOf(tables, others) * 1.05);
      }
    }),
  );
});

test('rows that nobody looks up are not stored, and with room for all the others read as they were', () => {
  const data = Float32Array.from({ length: 40 }, (_, at) => Math.sin(at));
  const curvature = Float64Array.of(1, 0, 0, 1);
  const accesses = Float64Array.from({ length: 20 }, (_, row) => row % 2);
  const choices = rowChoices({ data, shape: [20, 2] }, { accesses, curvature });
  const { bits } = allocateBits([choices], Infinity);
  expect([...bits[0]!]).toEqual(Array.from({ length: 20 }, (_, row) => (row % 2 ? 32 : 0)));
});

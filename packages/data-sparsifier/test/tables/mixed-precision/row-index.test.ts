import fc from 'fast-check';
import {
  checkIndex,
  encodeIndex,
  findRow,
  indexParts,
  keptRows,
  openIndex,
  smallestIndex,
  type RowIndex,
} from '../../../src/tables/mixed-precision/row-index/row-index.js';
import { TableMemory } from '../../../src/tables/table-memory.js';

/** Rows of which about this share is kept; the same for the same seed. */
function rowsKept(rows: number, share: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length: rows }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < share ? 1 : 0;
  });
}

const arbitraryRows = fc
  .tuple(
    fc.nat({ max: 3000 }),
    fc.oneof(fc.constantFrom(0, 0.01, 0.5, 0.9, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    fc.nat(),
  )
  .map(([rows, share, seed]) => rowsKept(rows, share, seed));

/** The bytes of the arrays in which a row is looked up. */
function bytesOf(index: RowIndex): number {
  if (index.kind === 'bitmap') return index.bitmap.bits.length + index.bitmap.ranks.length;
  if (index.kind !== 'elias-fano') return 0;
  const { high, low, groupRanks, blockRanks } = index.eliasFano;
  return high.length + low.length + groupRanks.length + blockRanks.length;
}

function expectRows(bits: Uint8Array, memory?: TableMemory): RowIndex {
  const places: number[] = [];
  const expected = Int32Array.from(bits, (bit, row) => (bit === 1 ? places.push(row) - 1 : -1));
  const sizes = { rows: bits.length, kept: places.length };
  const parts = encodeIndex(bits, sizes.kept);
  expect(() => checkIndex(parts, sizes.rows, sizes.kept)).not.toThrow();
  expect(Int32Array.from(keptRows(parts, sizes))).toEqual(Int32Array.from(places));
  const { index, bytes } = openIndex(parts, sizes, memory);
  expect(expected.map((_, row) => findRow(index, row))).toEqual(expected);
  expect(indexParts(index)).toEqual(parts);
  expect(bytes).toBe(bytesOf(index));
  expect(smallestIndex(sizes.rows, sizes.kept).bytes).toBe(bytes);
  return index;
}

test('finds each kept row at its place, and no other, however the index is stored', () => {
  fc.assert(
    fc.property(arbitraryRows, fc.boolean(), (bits, inMemory) => {
      expectRows(bits, inMemory ? new TableMemory() : undefined);
    }),
  );
});

test('finds rows behind the first 65,536 that are kept', () => {
  const index = expectRows(rowsKept(400_000, 0.2, 2));
  expect(index).toMatchObject({ kind: 'elias-fano', eliasFano: { blockRanks: { length: 4 * 7 } } });
});

test.each([
  [0, 'none'],
  [0.01, 'elias-fano'],
  [0.5, 'bitmap'],
  [0.9, 'bitmap'],
  [1, 'all'],
])('of a share of %d the index is: %s', (share, kind) => {
  const bits = rowsKept(2000, share, 1);
  expect(encodeIndex(bits, bits.filter((bit) => bit === 1).length).kind).toBe(kind);
});

describe('an index that is not ours', () => {
  // Rows 1, 2 and 9 of 10, with two low bits. Buckets of four rows: 110 for two rows in the first one, 0 for the second, 10
  // for one in the third, the first bit lowest. Low bits: 01, 10 and 01.
  const eliasFano = (change: { lowBits?: number; high?: number; low?: number }) => ({
    ...{ kind: 'elias-fano' as const, lowBits: change.lowBits ?? 2 },
    high: Uint8Array.of(change.high ?? 0b010011),
    low: Uint8Array.of(change.low ?? 0b011001),
  });
  const sizes = { rows: 10, kept: 3 };

  test('is read', () => {
    for (const [low, rows] of [
      [0b011001, [1, 2, 9]],
      [0b011000, [0, 2, 9]],
    ] as const) {
      const parts = eliasFano({ low });
      expect(() => checkIndex(parts, 10, 3)).not.toThrow();
      expect([...keptRows(parts, sizes)]).toEqual(rows);
    }
    for (const lowBits of [1, 10]) {
      const buckets = Math.ceil(10 / 2 ** lowBits);
      // One row, the first: a one, then a zero for each bucket; its low bits are zeros.
      const parts = {
        ...{ kind: 'elias-fano' as const, lowBits, high: new Uint8Array(Math.ceil((buckets + 1) / 8)) },
        low: new Uint8Array(Math.ceil(lowBits / 8)),
      };
      parts.high[0] = 1;
      expect(() => checkIndex(parts, 10, 1)).not.toThrow();
    }
    for (const [bits, rows] of [
      [[0x80], 8],
      [[0, 2], 10],
    ] as const)
      expect(() => checkIndex({ kind: 'bitmap', bits: Uint8Array.from(bits) }, rows, 1)).not.toThrow();
  });

  test.each([
    [{ lowBits: 0 }, 'low: expected 1 to 10 low bits, found 0'],
    [{ lowBits: 11 }, 'low: expected 1 to 10 low bits, found 11'],
    [{ lowBits: 1.5 }, 'low: expected 1 to 10 low bits, found 1.5'],
    [{ lowBits: NaN }, 'low: expected 1 to 10 low bits, found NaN'],
    [{ high: 0b1010011 }, 'high: has ones after its 6 bits'],
    [{ high: 0b010010 }, 'high: expected 3 ones, found 2'],
    [{ low: 0b1011001 }, 'low: has ones after its 6 bits'],
    [{ low: 0b010110 }, 'low: expected rows that increase, below 10, found 1 after 2'],
    [{ low: 0b010101 }, 'low: expected rows that increase, below 10, found 1 after 1'],
    [{ low: 0b101001 }, 'low: expected rows that increase, below 10, found 10 after 2'],
  ])('is refused with %j', (change, message) => {
    expect(() => checkIndex(eliasFano(change), 10, 3)).toThrow(new RangeError(message));
  });

  test('is refused with ones after the bits of the rows', () => {
    expect(() => checkIndex({ kind: 'bitmap', bits: Uint8Array.of(0, 4) }, 10, 1)).toThrow(
      new RangeError('bits: has ones after its 10 bits'),
    );
  });
});

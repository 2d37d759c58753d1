import fc from 'fast-check';
import {
  checkIndex,
  encodeIndex,
  findRow,
  indexParts,
  keptRows,
  openIndex,
  smallestIndex,
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

test('finds each kept row at its place, and no other, however the index is stored', () => {
  fc.assert(
    fc.property(arbitraryRows, fc.boolean(), (bits, inMemory) => {
      const places: number[] = [];
      const expected = Array.from(bits, (bit, row) => (bit === 1 ? places.push(row) - 1 : -1));
      const sizes = { rows: bits.length, kept: places.length };
      const parts = encodeIndex(bits, sizes.kept);
      expect(() => checkIndex(parts, sizes.rows, sizes.kept)).not.toThrow();
      expect([...keptRows(parts, sizes)]).toEqual(places);
      const memory = inMemory ? new TableMemory() : undefined;
      const { index, bytes } = openIndex(parts, sizes, memory);
      expect(Array.from(bits, (_, row) => findRow(index, row))).toEqual(expected);
      expect(indexParts(index)).toEqual(parts);
      expect(bytes).toBe(smallestIndex(sizes.rows, sizes.kept).bytes);
    }),
  );
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

import fc from 'fast-check';
import { densityMap, emptyRows } from '../src/pruning/density-map';

test('a small mask is shown value by value, its rows to the right', () => {
  const mask = Uint8Array.of(1, 0, 1, 1, 0, 0);
  expect(densityMap(mask, { rows: 3, columns: 2 })).toEqual({
    width: 3,
    height: 2,
    shares: Float32Array.of(1, 1, 0, 0, 1, 0),
  });
  expect(emptyRows(mask, { columns: 2 })).toBe(1);
});

test('every value of a large mask is in one rectangle', () => {
  const size = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(size, size, size, size, (rows, columns, maxWidth, maxHeight) => {
      const mask = Uint8Array.from({ length: rows * columns }, (_, i) => Number(Math.sin(i * i) > 0.2));
      const { width, height, shares } = densityMap(mask, { rows, columns }, { maxWidth, maxHeight });
      expect([width, height]).toEqual([Math.min(rows, maxWidth), Math.min(columns, maxHeight)]);
      // The same, by collecting the values of each rectangle.
      shares.forEach((share, place) => {
        const [x, y] = [place % width, Math.floor(place / width)];
        const inside = Array.from(mask).filter(
          (_, i) =>
            Math.floor((Math.floor(i / columns) * width) / rows) === x &&
            Math.floor(((i % columns) * height) / columns) === y,
        );
        const kept = inside.reduce((sum, value) => sum + value, 0);
        expect(inside.length).toBeGreaterThan(0);
        expect(share).toBeCloseTo(kept / inside.length, 6);
      });
    }),
  );
});

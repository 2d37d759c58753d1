import fc from 'fast-check';
import { rowsOfSplit, rowsPerDay, type Split } from '../../src/dataset/day-split.js';

it('divides rows as the original does', () => {
  expect(rowsPerDay(12_000)).toEqual([1715, 1715, 1714, 1714, 1714, 1714, 1714]);
  expect(rowsPerDay(3)).toEqual([1, 1, 1, 0, 0, 0, 0]);
  expect(rowsOfSplit(rowsPerDay(12_000), 'train')).toEqual({ start: 0, end: 10_286 });
  expect(rowsOfSplit(rowsPerDay(12_000), 'test')).toEqual({ start: 10_286, end: 11_143 });
  expect(rowsOfSplit(rowsPerDay(12_000), 'validation')).toEqual({ start: 11_143, end: 12_000 });
  // An odd day: the longer half tests.
  expect(rowsOfSplit(rowsPerDay(21), 'test')).toEqual({ start: 18, end: 20 });
});

it('gives each row to one split', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (rows) => {
      expect(rowsPerDay(rows).reduce((sum, day) => sum + day)).toBe(rows);
      const [train, test, validation] = (['train', 'test', 'validation'] as const).map((split) =>
        rowsOfSplit(rowsPerDay(rows), split),
      );
      expect([train!.start, train!.end, test!.end, validation!.end]).toEqual([
        0,
        test!.start,
        validation!.start,
        rows,
      ]);
    }),
  );
});

it('refuses another split', () => {
  expect(() => rowsOfSplit(rowsPerDay(10), 'dev' as Split)).toThrow('found "dev"');
});

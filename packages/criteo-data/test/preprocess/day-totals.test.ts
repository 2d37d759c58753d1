import fc from 'fast-check';
import { rowsPerDay } from '../../src/dataset/day-split.js';
import { hasFilePerDay, dayTotals } from '../../src/preprocess/day-totals.js';

const piece = fc
  .tuple(fc.nat(2), fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }))
  .map(([file, rows]) => ({ file, rows }));

it('counts the kept rows of equal days, and of files', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 2, max: 24 }),
      (pieces, days) => {
        const counted = pieces.map(({ file, rows }) => {
          const kept = new Uint8Array(Math.ceil(rows.length / 8));
          rows.forEach((isKept, row) => (kept[row >> 3]! |= Number(isKept) << (row & 7)));
          return { file, lines: rows.length, rows: rows.filter(Boolean).length, kept };
        });
        const all = pieces.flatMap(({ rows }) => rows);
        let start = 0;
        const expected = rowsPerDay(all.length, days).map(
          (count) => all.slice(start, (start += count)).filter(Boolean).length,
        );
        expect(dayTotals(counted, { days })).toEqual(expected);
        const perFile = [0, 1, 2].map(
          (file) =>
            pieces
              .filter((each) => each.file === file)
              .flatMap(({ rows }) => rows)
              .filter(Boolean).length,
        );
        expect(dayTotals(counted, { files: 3, days })).toEqual(perFile);
      },
    ),
  );
});

it('cuts rows of which none was left out into seven days', () => {
  const counted = [5, 9, 1, 40].map((lines) => ({ file: 0, lines, rows: lines }));
  expect(dayTotals(counted, {})).toEqual(rowsPerDay(55));
});

it('takes files for days by their names, or where there are as many', () => {
  expect(hasFilePerDay(['train.txt'], undefined)).toBe(false);
  expect(hasFilePerDay(['day_0.gz', 'day_1.gz'], undefined)).toBe(true);
  expect(hasFilePerDay(['day_5', 'day_6'], 2)).toBe(true);
  expect(hasFilePerDay(['a.txt', 'b.txt'], undefined)).toBe(false);
  expect(hasFilePerDay(['a.txt', 'b.txt'], 2)).toBe(true);
  expect(hasFilePerDay(['a.txt', 'b.txt'], 7)).toBe(false);
  expect(hasFilePerDay(['train_0.txt', 'train_1.txt'], undefined)).toBe(false);
  expect(hasFilePerDay(['day_0', 'day_2'], 2)).toBe(true);
  expect(() => hasFilePerDay(['day_0', 'day_2'], undefined)).toThrow(
    'expected day_1 after day_0, found day_2; --days 2 takes each file for a day',
  );
  expect(() => hasFilePerDay(['day_0', 'day_1'], 24)).toThrow(
    'expected 24 files, one a day, found 2: day_0 to day_1',
  );
});

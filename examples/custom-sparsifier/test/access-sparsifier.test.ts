import fc from 'fast-check';
import { AccessSparsifier } from '../src/access-sparsifier';

interface Sample {
  name: string;
  data: Float32Array;
  shape: [number, number];
  accesses: number[] | undefined;
}

const arbitraryTable = (name: string) =>
  fc
    .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 9 }) })
    .chain((shape) =>
      fc.record({
        name: fc.constant(name),
        shape: fc.constant<[number, number]>([shape.rows, shape.columns]),
        // Few different values, so that scores are often equal.
        data: fc
          .array(fc.integer({ min: -3, max: 3 }), {
            minLength: shape.rows * shape.columns,
            maxLength: shape.rows * shape.columns,
          })
          .map((values) => Float32Array.from(values)),
        accesses: fc.option(
          fc.array(fc.integer({ min: 0, max: 3 }), { minLength: shape.rows, maxLength: shape.rows }),
          { nil: undefined },
        ),
      }),
    );

/** The masks, by sorting a list of all blocks. */
function naiveMasks(tables: readonly Sample[], level: number, blockWidth: number): number[][] {
  const masks = tables.map(({ data }) => Array.from(data, () => 1));
  const blocks = tables.flatMap(({ data, shape: [rows, columns], accesses }, table) => {
    const found = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += blockWidth) {
        const places = [];
        for (let i = column; i < Math.min(column + blockWidth, columns); i++) places.push(row * columns + i);
        const norm = places.reduce((sum, place) => sum + Math.abs(data[place]!), 0);
        found.push({ table, places, score: norm * (accesses ? accesses[row]! : 1) });
      }
    }
    return found;
  });
  blocks.sort((a, b) => a.score - b.score);
  for (const { table, places } of blocks.slice(0, Math.round(level * blocks.length))) {
    for (const place of places) masks[table]![place] = 0;
  }
  return masks;
}

test('prunes the blocks that a sorted list of all of them begins with', () => {
  const level = fc.constantFrom(0, 0.1, 0.3, 0.5, 0.77, 0.9, 1);
  fc.assert(
    fc.property(
      fc.tuple(arbitraryTable('a'), arbitraryTable('b'), arbitraryTable('c')),
      level,
      fc.integer({ min: 1, max: 5 }),
      (tables, sparsityLevel, blockWidth) => {
        const sparsifier = new AccessSparsifier({ sparsityLevel, blockWidth });
        for (const { name, accesses, ...table } of tables) sparsifier.addData(name, table, { accesses });
        const expected = naiveMasks(tables, sparsityLevel, blockWidth);
        // A second step starts anew.
        for (let step = 0; step < 2; step++) {
          sparsifier.step();
          expect(tables.map(({ name }) => [...sparsifier.getMask(name)])).toEqual(expected);
        }
      },
    ),
  );
});

test('a row that is never looked up goes before one that is small', () => {
  const table = { data: Float32Array.of(9, 9, 1, 1, 5, 5), shape: [3, 2] };
  const masks = [undefined, [0, 7, 1]].map((accesses) => {
    const sparsifier = new AccessSparsifier({ sparsityLevel: 1 / 3, blockWidth: 2 });
    sparsifier.addData('users', table, { accesses });
    sparsifier.step();
    return [...sparsifier.getMask('users')];
  });
  expect(masks).toEqual([
    [1, 1, 0, 0, 1, 1],
    [0, 0, 1, 1, 1, 1],
  ]);
});

test('NaN is pruned last', () => {
  const sparsifier = new AccessSparsifier({ sparsityLevel: 0.5, blockWidth: 1 });
  sparsifier.addData('users', { data: Float32Array.of(NaN, 100, NaN, 200), shape: [4, 1] });
  sparsifier.step();
  expect([...sparsifier.getMask('users')]).toEqual([1, 0, 1, 0]);
});

test('what makes no sense is refused by name', () => {
  expect(() => new AccessSparsifier({ sparsityLevel: 1.5 })).toThrow(
    'sparsity level: expected a number from 0 to 1, found 1.5',
  );
  expect(() => new AccessSparsifier({ blockWidth: 0 })).toThrow(
    'block width: expected a whole number of at least 1, found 0',
  );
  const sparsifier = new AccessSparsifier();
  sparsifier.addData('users', { data: new Float32Array(6), shape: [3, 2] }, { accesses: [1, 2] });
  expect(() => sparsifier.step()).toThrow('table "users": expected the accesses of 3 rows, found 2');
});

import fc from 'fast-check';

/** Small matrices of any float32 values, with many ties, zeros of both signs, infinities and NaN. */
export const arbitraryMatrix = fc
  .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 13 }))
  .chain(([rows, columns]) =>
    fc.record({
      shape: fc.constant([rows, columns] as const),
      data: fc
        .array(
          fc.oneof(
            fc.constantFrom(0, -0, 1, -1, 2, -2, 0.5, Infinity, -Infinity, NaN, 1e-45, 3e38),
            fc.float(),
            fc.float({ min: -1, max: 1, noNaN: true }),
          ),
          { minLength: rows * columns, maxLength: rows * columns },
        )
        .map((values) => Float32Array.from(values)),
    }),
  );

const anyBlocks = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc.record({
      sparseBlockShape: fc.constant([rows, columns] as const),
      zerosPerBlock: fc.option(fc.integer({ min: 0, max: rows * columns }), { nil: undefined }),
    }),
  );
// Where these fill a row, all blocks are adjacent runs of values, which have a path of their own.
const wholeRuns = fc
  .constantFrom(1, 2, 3, 4)
  .map((columns) => ({ sparseBlockShape: [1, columns] as const, zerosPerBlock: undefined }));

/** Block shapes and zeros per block that fit them. */
export const arbitraryBlocks = fc.oneof(
  { weight: 2, arbitrary: anyBlocks },
  { weight: 1, arbitrary: wholeRuns },
);

export const arbitraryLevel = fc.oneof(
  fc.constantFrom(0, 0.5, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
export const arbitraryNorm = fc.constantFrom('L1' as const, 'L2' as const);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataNormSparsifier, levelSweep, type Norm } from '@ds/data-sparsifier';

interface Grid {
  kinds: string[];
  shapes: number[][];
  norms: Norm[];
  blocks: { shape: [number, number]; zerosPerBlock: (number | null)[] }[];
  levels: number[];
  cases: number;
}

const folder = join(__dirname, '../golden/sparsifier');
const grid = JSON.parse(readFileSync(join(folder, 'grid.json'), 'utf8')) as Grid;
const masks = readFileSync(join(folder, 'masks.bin'));
const tableBytes = Uint8Array.from(readFileSync(join(folder, 'tables.bin')));
const tableValues = new Float32Array(tableBytes.buffer);

// The golden files hold tables and masks in the order of these loops.
let nextValue = 0;
let nextMask = 0;
let cases = 0;
const tables = grid.kinds.flatMap((kind) =>
  grid.shapes.map((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = tableValues.slice(nextValue, (nextValue += length));
    const runs = grid.norms.flatMap((norm) =>
      grid.blocks.flatMap(({ shape: sparseBlockShape, zerosPerBlock: all }) =>
        all.map((zeros) => {
          const expected = grid.levels.map((sparsityLevel) => {
            cases++;
            const bytes = masks.subarray(nextMask, (nextMask += Math.ceil(length / 8)));
            const mask = Uint8Array.from({ length }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1);
            return { sparsityLevel, mask };
          });
          return { norm, sparseBlockShape, zerosPerBlock: zeros ?? undefined, expected };
        }),
      ),
    );
    return { kind, shape, data, runs };
  }),
);

test('the golden files hold exactly the grid', () => {
  expect(nextValue).toBe(tableValues.length);
  expect(nextMask).toBe(masks.length);
  expect(cases).toBe(grid.cases);
});

describe.each(tables)('matches PyTorch 2.15 on $kind values of shape $shape', ({ shape, data, runs }) => {
  test('one step at a time', () => {
    for (const { expected, ...config } of runs) {
      for (const { sparsityLevel, mask } of expected) {
        const sparsifier = new DataNormSparsifier({ ...config, sparsityLevel }).addData('t', { data, shape });
        sparsifier.step();
        expectMask(sparsifier.getMask('t'), mask, { ...config, sparsityLevel });
      }
    }
  });

  test('all levels in one sweep', () => {
    for (const { expected, ...config } of runs) {
      const sweep = levelSweep({ table: { data, shape }, levels: grid.levels, ...config });
      for (const { sparsityLevel, mask } of expected) {
        expectMask(sweep.mask(sparsityLevel), mask, { ...config, sparsityLevel });
      }
    }
  });
});

// Comparing twelve thousand arrays entry by entry with expect takes most of a minute.
function expectMask(found: Uint8Array, expected: Uint8Array, config: object): void {
  if (!Buffer.from(found).equals(expected))
    expect({ config, mask: found }).toEqual({ config, mask: expected });
}

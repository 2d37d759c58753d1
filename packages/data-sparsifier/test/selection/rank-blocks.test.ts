import fc from 'fast-check';
import { levelSweep, type Norm } from '@ds/data-sparsifier';
import { blockGrid } from '../../src/selection/ranking/block-grid.js';
import { blockKeys } from '../../src/selection/ranking/block-keys.js';
import type * as LevelSweeps from '../../src/selection/level-sweep.js';
import { rankBlocks } from '../../src/selection/ranking/rank-blocks.js';
import { rankKeys } from '../../src/selection/ranking/rank-by-digits.js';
import type * as SelectionKernels from '../../src/selection/selection-kernel.js';
import { selectionKernel } from '../../src/selection/selection-kernel.js';
import { nanLast } from '../naive-mask.js';
import { randomTable } from '../random-table.js';

/**
 * The rank by the definition: of the floats with these bits in ascending order of their magnitudes, NaN last and equal
 * ones by their places, how many cuts are before.
 */
function ranksByDefinition(keys: Int32Array, cuts: readonly number[]): Uint8Array {
  const sizes = new Float32Array(keys.buffer, keys.byteOffset, keys.length).map(Math.abs);
  const ranks = new Uint8Array(keys.length);
  const places = Array.from(keys, (_, place) => place);
  places
    .sort((a, b) => nanLast(sizes[a]!, sizes[b]!) || a - b)
    .forEach((place, position) => (ranks[place] = cuts.filter((cut) => cut <= position).length));
  return ranks;
}

const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-45, -3e38, 2e-23];
const bitsOf = new Float32Array(1);
/** Values of many kinds, each from a random number in (-1, 1). */
const kinds: Record<string, (random: number) => number> = {
  'even values': (random) => random,
  'values of every size': (random) => {
    new Int32Array(bitsOf.buffer)[0] = random * 2 ** 31;
    return bitsOf[0]!;
  },
  'values that differ in their last bits only': (random) => 1 + Math.abs(random) / 2 ** 12,
  'few different values': (random) => Math.round(random * 10) / 10,
  'mostly zeros': (random) => (Math.abs(random) < 0.8 ? 0 : random),
  'equal values': () => -0.25,
  'special values': (random) => special[Math.floor((random + 1) * 5)]!,
  'mostly NaN': (random) => (random < 0.5 ? NaN : random),
};
const cutsOf = (blocks: number): number[][] => [
  [Math.round(0.9 * blocks)],
  [0],
  [0, 1, 2, Math.round(blocks / 3), Math.round(blocks / 2), blocks - 1, blocks],
  Array.from({ length: 127 }, (_, i) => Math.round((i / 126) * blocks)),
];

describe('rankKeys', () => {
  test('ranks keys by the definition', () => {
    const key = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 0x7f800000, 0x7fc00000, 0x3f800000));
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 60 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 127 }),
        (bits, counts) => {
          const keys = Int32Array.from(bits);
          const cuts = counts.map((count) => Math.min(count, keys.length)).sort((a, b) => a - b);
          const ranks = new Uint8Array(keys.length);
          rankKeys(keys, cuts, ranks);
          expect(ranks).toEqual(ranksByDefinition(keys, cuts));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each(Object.keys(kinds))('ranks many keys by the definition: %s', (kind) => {
    const keys = new Int32Array(randomTable(1, [70_000]).data.map(kinds[kind]!).buffer);
    const cuts = [7, 20_000, 35_000, 69_999];
    const ranks = new Uint8Array(keys.length);
    rankKeys(keys, cuts, ranks);
    expect(Buffer.from(ranks).equals(ranksByDefinition(keys, cuts))).toBe(true);
  });
});

describe('rankBlocks', () => {
  // Enough for the kernel, and for its second round; pieces of it that are whole, and that are not.
  const shapes = [[32_768, 4], [6007, 12], [9001, 3], [33_001]];
  const configs: [[number, number], Norm][] = [
    [[1, 1], 'L1'],
    [[1, 1], 'L2'],
    [[1, 4], 'L1'],
    [[1, 4], 'L2'],
    [[3, 2], 'L1'],
  ];

  test.each(Object.keys(kinds))('ranks blocks as rankKeys does: %s', (kind) => {
    expect(selectionKernel()).toBeDefined();
    for (const shape of shapes) {
      const data = randomTable(shape[0]!, shape).data.map(kinds[kind]!);
      for (const [blockShape, norm] of configs) {
        const grid = blockGrid('t', shape, blockShape);
        const keys = blockKeys(data, grid, norm);
        for (const cuts of cutsOf(grid.blocks)) {
          const [expected, ranks] = [new Uint8Array(grid.blocks), new Uint8Array(grid.blocks)];
          rankKeys(keys, cuts, expected);
          rankBlocks({ data, grid, norm }, cuts, ranks);
          const areSame = Buffer.from(ranks).equals(expected);
          expect({ shape, blockShape, norm, cuts: cuts.length, areSame }).toMatchObject({ areSame: true });
        }
      }
    }
  });
});

describe('without WebAssembly', () => {
  const { WebAssembly } = globalThis;
  afterEach(() => void Object.assign(globalThis, { WebAssembly }));

  const refused = () => {
    throw new Error('not allowed');
  };
  test.each([
    ['is absent', undefined],
    ['is not allowed', { Memory: WebAssembly.Memory, Module: refused }],
  ])('ranks and masks are the same where it %s', (_, found) => {
    const table = randomTable(3, [20_000, 4]);
    for (const sparseBlockShape of [
      [1, 1],
      [1, 4],
    ] as const) {
      const options = { table, levels: [0.3, 0.9], sparseBlockShape };
      const expected = levelSweep(options);
      Object.assign(globalThis, { WebAssembly: found });
      jest.isolateModules(() => {
        const kernels = jest.requireActual<typeof SelectionKernels>(
          '../../src/selection/selection-kernel.js',
        );
        const sweeps = jest.requireActual<typeof LevelSweeps>('../../src/selection/level-sweep.js');
        expect(kernels.selectionKernel()).toBeUndefined();
        const sweep = sweeps.levelSweep(options);
        expect(Buffer.from(sweep.ranks).equals(expected.ranks)).toBe(true);
        expect(Buffer.from(sweep.mask(0.3)).equals(expected.mask(0.3))).toBe(true);
      });
      Object.assign(globalThis, { WebAssembly });
    }
  });
});

test('masks of many values are written as the ranks say, at any offset of their buffer', () => {
  const table = randomTable(4, [5003, 4]);
  for (const sparseBlockShape of [
    [1, 1],
    [1, 4],
    [1, 2],
  ] as const) {
    const sweep = levelSweep({ table, levels: [0.3, 0.9], sparseBlockShape });
    const expected = table.data.map((_, i) => Number(sweep.ranks[Math.floor(i / sparseBlockShape[1])]! > 0));
    const room = new Uint8Array(table.data.length + 7).fill(9);
    sweep.mask(0.3, room.subarray(3, 3 + table.data.length));
    expect([...room]).toEqual([9, 9, 9, ...expected, 9, 9, 9, 9]);
  }
});

test('the keys of single values under L1 are the values themselves, not a copy', () => {
  const { data } = randomTable(5, [12]);
  const keysOf = (blockShape: [number, number], norm: Norm) =>
    blockKeys(data, blockGrid('t', [3, 4], blockShape), norm);
  expect(keysOf([1, 1], 'L1').buffer).toBe(data.buffer);
  for (const keys of [keysOf([1, 1], 'L2'), keysOf([1, 2], 'L1'), keysOf([2, 1], 'L1')])
    expect(keys.buffer).not.toBe(data.buffer);
});

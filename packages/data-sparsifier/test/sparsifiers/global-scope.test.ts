import fc from 'fast-check';
import { DataNormSparsifier, globalLevelSweeps, type Table } from '@ds/data-sparsifier';
import { arbitraryBlocks, arbitraryLevel, arbitraryMatrix, arbitraryNorm } from '../arbitrary-table.js';
import { naiveMask, nanLast } from '../naive-mask.js';
import { randomTable } from '../random-table.js';

const arbitraryTables = fc.array(arbitraryMatrix, { minLength: 1, maxLength: 4 });

/**
 * The masks by the definition: every block's norm, those of all tables sorted, the first pruned.
 */
function naiveGlobalMasks(
  tables: readonly { data: Float32Array; shape: readonly [number, number] }[],
  config: Omit<Parameters<typeof naiveMask>[2], 'sparsityLevel'> & { sparsityLevel: number },
): Uint8Array[] {
  const [blockRows, blockColumns] = config.sparseBlockShape;
  const size = (value: number) => (config.norm === 'L1' ? Math.abs(value) : Math.fround(value * value));
  const blocks = tables.flatMap(({ data, shape: [rows, columns] }, table) => {
    const found = [];
    for (let top = 0; top < rows; top += blockRows) {
      for (let left = 0; left < columns; left += blockColumns) {
        const places: (number | undefined)[] = [];
        for (let row = top; row < top + blockRows; row++)
          for (let column = left; column < left + blockColumns; column++)
            places.push(row < rows && column < columns ? row * columns + column : undefined);
        const inside = places.filter((place) => place !== undefined);
        const sum = inside.reduce((total, place) => Math.fround(total + size(data[place]!)), 0);
        found.push({ table, places, norm: Math.fround(sum / inside.length) });
      }
    }
    return found;
  });
  const exact = config.sparsityLevel * blocks.length;
  const below = Math.floor(exact);
  const pruned = exact - below === 0.5 ? below + (below % 2) : Math.round(exact);
  const masks = tables.map(({ data }) => new Uint8Array(data.length).fill(1));
  for (const { table, places } of blocks.sort((a, b) => nanLast(a.norm, b.norm)).slice(0, pruned)) {
    const { data } = tables[table]!;
    const sizes = places.map((place) => ({ place, size: place === undefined ? NaN : size(data[place]!) }));
    sizes.sort((a, b) => nanLast(a.size, b.size));
    for (const { place } of sizes.slice(0, config.zerosPerBlock ?? sizes.length))
      if (place !== undefined) masks[table]![place] = 0;
  }
  return masks;
}

const masksOf = (sparsifier: DataNormSparsifier) => sparsifier.names.map((name) => sparsifier.getMask(name));
const added = (sparsifier: DataNormSparsifier, tables: readonly Table[]) => {
  tables.forEach((table, index) => sparsifier.addData(`t${index}`, table));
  return sparsifier;
};

describe("scope 'global'", () => {
  test('makes the masks of the definition, for any tables', () => {
    fc.assert(
      fc.property(
        arbitraryTables,
        arbitraryBlocks,
        arbitraryLevel,
        arbitraryNorm,
        (tables, blocks, sparsityLevel, norm) => {
          const config = { sparsityLevel, norm, ...blocks };
          const sparsifier = added(new DataNormSparsifier({ ...config, scope: 'global' }), tables);
          sparsifier.step();
          expect(masksOf(sparsifier)).toEqual(naiveGlobalMasks(tables, config));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of one table is what scope table makes', () => {
    fc.assert(
      fc.property(arbitraryMatrix, arbitraryBlocks, arbitraryLevel, (table, blocks, sparsityLevel) => {
        const sparsifier = new DataNormSparsifier({ sparsityLevel, ...blocks, scope: 'global' });
        sparsifier.addData('t', table).step();
        const expected = naiveMask(table.data, table.shape, { sparsityLevel, norm: 'L1', ...blocks });
        expect(sparsifier.getMask('t')).toEqual(expected);
      }),
    );
  });

  test.each([
    ['blocks that the kernel reads', [1, 4]],
    ['single values', [1, 1]],
    ['blocks of several rows', [3, 2]],
  ] as const)('ranks large tables as one: %s, with many ties', (_, sparseBlockShape) => {
    // Rows that are whole blocks, so that the tables below one another are one table with the same blocks.
    const tables = [6000, 3, 12000].map((rows, seed) => {
      const { data } = randomTable(seed, [rows, 12]);
      return { data: data.map((value) => Math.round(value * 300) / (300 * (seed + 1))), shape: [rows, 12] };
    });
    const whole = { data: Float32Array.from(tables.flatMap(({ data }) => [...data])), shape: [18003, 12] };
    for (const sparsityLevel of [0.1, 0.5, 0.93]) {
      const together = new DataNormSparsifier({ sparsityLevel, sparseBlockShape, scope: 'global' });
      added(together, tables).step();
      const one = new DataNormSparsifier({ sparsityLevel, sparseBlockShape }).addData('t', whole);
      one.step();
      const joined = Buffer.concat(masksOf(together));
      expect(joined.equals(one.getMask('t'))).toBe(true);
      const sweeps = globalLevelSweeps({
        tables: Object.fromEntries(tables.map((table, index) => [`t${index}`, table])),
        levels: [0.2, sparsityLevel],
        sparseBlockShape,
      });
      expect(
        Buffer.concat([...sweeps.values()].map((sweep) => sweep.mask(sparsityLevel))).equals(joined),
      ).toBe(true);
    }
  });

  test('ranks large tables whose values are nearly all equal', () => {
    const data = () => new Float32Array(20_000).fill(1);
    const tables = [data(), data()].map((values) => ({ data: values, shape: [20_000] }));
    const sparsifier = new DataNormSparsifier({
      sparsityLevel: 0.75,
      sparseBlockShape: [1, 1],
      scope: 'global',
    });
    added(sparsifier, tables).step();
    const kept = masksOf(sparsifier).map((mask) => mask.reduce((sum, keeps) => sum + keeps, 0));
    // Equal ones in the order of the data: the first table is pruned whole, then half of the second.
    expect(kept).toEqual([0, 10_000]);
    expect(
      sparsifier
        .getMask('t1')
        .subarray(0, 10_000)
        .every((keeps) => keeps === 0),
    ).toBe(true);
  });

  test('has one level and block shape for all data; zeros per block may differ', async () => {
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.5, scope: 'global' });
    const table = randomTable(1, [4, 8]);
    expect(() => sparsifier.addData('a', table, { sparsityLevel: 0.9 })).toThrow(
      'sparsityLevel: with scope global expected 0.5, as for all data, found 0.9',
    );
    expect(() => sparsifier.addData('a', table, { sparseBlockShape: [1, 1] })).toThrow(
      'sparseBlockShape: with scope global expected [1,4], as for all data, found [1,1]',
    );
    sparsifier.addData('a', table, { zerosPerBlock: 1, sparsityLevel: 0.5 }).addData('b', table);
    await sparsifier.stepInThreads();
    const zeros = (name: string) => sparsifier.getMask(name).filter((keeps) => keeps === 0).length;
    expect([zeros('a'), zeros('b')]).toEqual([8 / 2, (4 * 8) / 2]);
    expect(() => sparsifier.updateMask('a', table, sparsifier.getConfig('a'))).toThrow(
      'step() computes all masks together',
    );
    expect(() => new DataNormSparsifier({ scope: 'all' as never })).toThrow(
      'scope: expected table or global, found all',
    );
  });

  test('does nothing while mask updates are off, or without data', () => {
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 1, scope: 'global' });
    sparsifier.step();
    sparsifier.addData('t', randomTable(1, [4, 8])).enableMaskUpdate = false;
    sparsifier.step();
    expect(sparsifier.getMask('t')).toEqual(new Uint8Array(32).fill(1));
  });
});

describe('the ranks of all tables', () => {
  const tables = { a: randomTable(1, [5, 4]), b: randomTable(2, [3, 4]) };
  const options = { tables, levels: [0.5] };
  const { SharedArrayBuffer } = globalThis;
  afterEach(() => void Object.assign(globalThis, { SharedArrayBuffer }));

  test('are in shared memory, from which other threads can go on', () => {
    for (const { ranks } of globalLevelSweeps(options).values())
      expect(ranks.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('are the same without shared memory, as in a browser', () => {
    const expected = [...globalLevelSweeps(options).values()].map(({ ranks }) => [...ranks]);
    Object.assign(globalThis, { SharedArrayBuffer: undefined });
    expect([...globalLevelSweeps(options).values()].map(({ ranks }) => [...ranks])).toEqual(expected);
  });
});

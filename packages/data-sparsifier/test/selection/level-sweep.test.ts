import fc from 'fast-check';
import { DataNormSparsifier, LevelSweep, levelSweep } from '@ds/data-sparsifier';
import { arbitraryBlocks, arbitraryLevel, arbitraryMatrix, arbitraryNorm } from '../arbitrary-table.js';
import { naiveMask } from '../naive-mask.js';

const arbitrarySweep = fc.record({
  table: arbitraryMatrix,
  blocks: arbitraryBlocks,
  norm: arbitraryNorm,
  levels: fc.array(arbitraryLevel, { minLength: 1, maxLength: 12 }),
});

describe('levelSweep', () => {
  test('gives the mask of the definition at each level, in any order of the levels', () => {
    fc.assert(
      fc.property(arbitrarySweep, ({ table, blocks, norm, levels }) => {
        const sweep = levelSweep({ table, levels, norm, ...blocks });
        for (const level of levels) {
          const expected = naiveMask(table.data, table.shape, { sparsityLevel: level, norm, ...blocks });
          expect(sweep.mask(level)).toEqual(expected);
          expect(sweep.prunedValues(level)).toBe(expected.filter((keeps) => keeps === 0).length);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('prunes the table itself level after level, and any piece of a copy', () => {
    fc.assert(
      fc.property(arbitrarySweep, fc.nat(), fc.nat(), ({ table, blocks, norm, levels }, from, to) => {
        const original = table.data.slice();
        const ascending = [...levels].sort((a, b) => a - b);
        const data = table.data.slice();
        const sweep = levelSweep({ table: { data, shape: table.shape }, levels, norm, ...blocks });
        for (const level of ascending) {
          const mask = naiveMask(original, table.shape, { sparsityLevel: level, norm, ...blocks });
          const pruned = original.map((value, i) => (mask[i] === 0 ? 0 : value));
          const [start, end] = [from % data.length, to % (data.length + 1)];
          const piece = original.slice(start, end);
          sweep.prune(level, piece, start);
          expect(bitsOf(piece)).toEqual(bitsOf(pruned.slice(start, end)));
          sweep.prune(level, data);
          expect(bitsOf(data)).toEqual(bitsOf(pruned));
        }
      }),
      { numRuns: 300 },
    );
  });

  // Blocks of several values that fill the rows are adjacent runs of values, which are pruned in another way than others.
  test.each([2, 3, 4, 6])('prunes blocks of %i values that fill the rows in every piece', (width) => {
    const table = {
      data: Float32Array.from({ length: 36 }, (_, i) => ((i * 7) % 11) - 5),
      shape: [3, 12] as const,
    };
    const sparseBlockShape = [1, width] as const;
    const levels = [0, 0.3, 0.6, 1];
    const sweep = levelSweep({ table, levels, sparseBlockShape });
    for (const level of levels) {
      const mask = naiveMask(table.data, table.shape, { sparsityLevel: level, norm: 'L1', sparseBlockShape });
      const pruned = table.data.map((value, i) => (mask[i] === 0 ? 0 : value));
      expect([sweep.mask(level), sweep.prunedValues(level)]).toEqual([
        mask,
        mask.filter((keeps) => keeps === 0).length,
      ]);
      const wrong: [number, number][] = [];
      for (let start = 0; start < 36; start++) {
        for (let end = start; end <= 36; end++) {
          const piece = table.data.slice(start, end);
          sweep.prune(level, piece, start);
          if (!piece.every((value, i) => Object.is(value, pruned[start + i]))) wrong.push([start, end]);
        }
      }
      expect(wrong).toEqual([]);
    }
  });

  test('goes on in another thread from its ranks', () => {
    fc.assert(
      fc.property(arbitrarySweep, ({ table, blocks, norm, levels }) => {
        const config = { table, levels, norm, ...blocks };
        const sweep = levelSweep(config);
        const same = LevelSweep.fromRanks({ ...config, ranks: sweep.ranks.slice() });
        for (const level of levels) {
          expect(same.mask(level)).toEqual(
            naiveMask(table.data, table.shape, { sparsityLevel: level, norm, ...blocks }),
          );
        }
        const tooFew = sweep.ranks.slice(1);
        expect(() => LevelSweep.fromRanks({ ...config, ranks: tooFew })).toThrow(
          `ranks: expected ${sweep.ranks.length}, one for each block, found ${tooFew.length}`,
        );
      }),
    );
  });

  test('ranks a large table with ties and many levels as single steps do', () => {
    const values = 300_000;
    const data = Float32Array.from({ length: values }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
    const table = { data, shape: [values / 4, 4] };
    const levels = Array.from({ length: 127 }, (_, i) => i / 126);
    for (const sparseBlockShape of [
      [1, 1],
      [1, 4],
      [3, 2],
    ] as const) {
      const sweep = levelSweep({ table, levels, sparseBlockShape });
      for (const level of [levels[0]!, levels[37]!, levels[38]!, levels[99]!]) {
        const sparsifier = new DataNormSparsifier({ sparsityLevel: level, sparseBlockShape });
        sparsifier.addData('t', table).step();
        const mask = sparsifier.getMask('t');
        expect(Buffer.from(sweep.mask(level)).equals(mask)).toBe(true);
        const pruned = data.map((value, i) => (mask[i] === 0 ? 0 : value));
        for (const [start, end] of [
          [0, values],
          [4096, 70_003],
          [70_003, values - 1],
        ] as const) {
          const piece = data.slice(start, end);
          sweep.prune(level, piece, start);
          expect(Buffer.from(piece.buffer).equals(Buffer.from(pruned.slice(start, end).buffer))).toBe(true);
        }
      }
    }
  });

  test('writes a mask into a given array, at any offset of its buffer', () => {
    const table = { data: Float32Array.of(4, 3, 2, 1, 8, 7, 6, 5), shape: [2, 4] };
    const sweep = levelSweep({ table, levels: [0.5] });
    const mask = new Uint8Array(new ArrayBuffer(9), 1);
    expect(sweep.mask(0.5, mask)).toBe(mask);
    expect([...mask]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(() => sweep.mask(0.5, new Uint8Array(7))).toThrow('mask: expected 8 entries, found 7');
  });

  test.each([
    ['level', 'levels'],
    ['block_shape', 'sparseBlockShape'],
    ['nrom', 'norm'],
    ['zerosInBlock', 'zerosPerBlock'],
  ])('says of the misspelt option %s that it may be %s', (wrong, right) => {
    const options = { table: { data: new Float32Array(8), shape: [2, 4] }, levels: [0.5], [wrong]: 1 };
    expect(() => levelSweep(options)).toThrow(`unknown option "${wrong}": did you mean ${right}?`);
  });

  test('says what is wrong with its options', () => {
    const table = { data: new Float32Array(8), shape: [2, 4] };
    const sweep = levelSweep({ table, levels: [0.5, 0] });
    expect(() => sweep.mask(0.1)).toThrow("level: expected one of the sweep's, 0.5, 0, found 0.1");
    expect(() => sweep.prune(0.5, new Float32Array(8), 1)).toThrow(
      'values 1 to 8 are not all inside a table of 8 values',
    );
    expect(() => sweep.prune(0.5, new Float32Array(2), -1)).toThrow(
      'values -1 to 0 are not all inside a table of 8 values',
    );
    // The rank of a block takes 7 bits.
    const levels = (count: number) => Array.from({ length: count }, (_, i) => i / count);
    expect(levelSweep({ table, levels: levels(127) }).levels).toHaveLength(127);
    expect(() => levelSweep({ table, levels: levels(128) })).toThrow(
      'levels: expected 1 to 127 different levels, found 128',
    );
    expect(() => levelSweep({ table, levels: [] })).toThrow(
      'levels: expected 1 to 127 different levels, found 0',
    );
    expect(() => levelSweep({ table, levels: [0, 1.5] })).toThrow(
      'sparsity level: expected a number from 0 to 1, found 1.5',
    );
    const wrong = { table: { ...table, shape: [3, 3] }, levels: [0] };
    const message = 'table "table": shape [3, 3] takes 9 values, found 8 in its data';
    expect(() => levelSweep(wrong)).toThrow(message);
    expect(() => LevelSweep.fromRanks({ ...wrong, ranks: sweep.ranks })).toThrow(message);
  });
});

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

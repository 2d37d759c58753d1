import fc from 'fast-check';
import {
  DataNormSparsifier,
  levelSweep,
  type DataNormSparsifierOptions,
  type Table,
} from '@ds/data-sparsifier';
import { arbitraryBlocks, arbitraryLevel, arbitraryMatrix, arbitraryNorm } from '../arbitrary-table.js';
import { naiveMask } from '../naive-mask.js';
import { randomTable } from '../random-table.js';

describe('DataNormSparsifier', () => {
  test('makes the mask of the definition, for any values', () => {
    fc.assert(
      fc.property(
        arbitraryMatrix,
        arbitraryBlocks,
        arbitraryLevel,
        arbitraryNorm,
        (table, blocks, sparsityLevel, norm) => {
          const sparsifier = new DataNormSparsifier({ sparsityLevel, norm, ...blocks }).addData('t', table);
          sparsifier.step();
          expect(sparsifier.getMask('t')).toEqual(
            naiveMask(table.data, table.shape, { sparsityLevel, norm, ...blocks }),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('makes the mask of the definition for many values, most of them equal, infinite or NaN', () => {
    const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, -NaN, 1e-45, -3e38, 2e-23, 0.5];
    const table = randomTable(5, [120, 60]);
    const data = table.data.map((value, i) => (i % 7 === 0 ? value : special[Math.floor((value + 1) * 6)]!));
    for (const norm of ['L1', 'L2'] as const) {
      for (const sparsityLevel of [0.01, 0.3, 0.5, 0.62, 0.8, 0.9, 0.99]) {
        const blocks = { sparseBlockShape: [1, 1], norm } as const;
        const config = { sparsityLevel, ...blocks };
        const sparsifier = new DataNormSparsifier(config).addData('t', { data, shape: [120, 60] });
        sparsifier.step();
        expect(sparsifier.getMask('t')).toEqual(naiveMask(data, [120, 60], config));
        const sweep = levelSweep({
          table: { data, shape: [7200] },
          levels: [0.2, sparsityLevel, 0.85],
          ...blocks,
        });
        expect(sweep.mask(sparsityLevel)).toEqual(sparsifier.getMask('t'));
      }
    }
  });

  test('selects inside blocks of more than a thousand values', () => {
    const table = randomTable(1, [30, 100]);
    const config = {
      sparsityLevel: 0.5,
      sparseBlockShape: [20, 60],
      zerosPerBlock: 777,
      norm: 'L1',
    } as const;
    const sparsifier = new DataNormSparsifier(config).addData('t', table);
    sparsifier.step();
    expect(sparsifier.getMask('t')).toEqual(naiveMask(table.data, [30, 100], config));
  });

  // Blocks of up to 24 values are sorted in one way, those of up to 512 in another, and larger ones are ranked.
  test.each([24, 25, 512, 513])('selects inside blocks of %i values', (size) => {
    const table = randomTable(size, [4, size]);
    // Equal values, too.
    table.data = table.data.map((value) => Math.round(value * size) / size);
    const config = {
      sparsityLevel: 0.5,
      sparseBlockShape: [1, size],
      zerosPerBlock: 11,
      norm: 'L2',
    } as const;
    const sparsifier = new DataNormSparsifier(config).addData('t', table);
    sparsifier.step();
    expect(sparsifier.getMask('t')).toEqual(naiveMask(table.data, [4, size], config));
  });

  test('rounds the number of blocks half to even', () => {
    const pruned = (values: number, sparsityLevel: number) => {
      const table = { data: new Float32Array(values).fill(1), shape: [values] };
      const sparsifier = new DataNormSparsifier({ sparsityLevel, sparseBlockShape: [1, 1] }).addData(
        't',
        table,
      );
      sparsifier.step();
      return sparsifier.getMask('t').filter((keeps) => keeps === 0).length;
    };
    expect([pruned(1, 0.5), pruned(3, 0.5), pruned(5, 0.5), pruned(7, 0.5)]).toEqual([0, 2, 2, 4]);
  });

  test('prunes the lowest index first among equal blocks', () => {
    const table = { data: Float32Array.of(1, -1, 1, -1, 1), shape: [5] };
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.4, sparseBlockShape: [1, 1] });
    sparsifier.addData('t', table).step();
    expect([...sparsifier.getMask('t')]).toEqual([0, 0, 1, 1, 1]);
  });

  test('takes a table of one value, on which PyTorch fails', () => {
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 1 }).addData('t', {
      data: Float32Array.of(-3),
      shape: [1, 1],
    });
    sparsifier.step();
    expect([...sparsifier.getMask('t')]).toEqual([0]);
  });

  test('prunes the tables of an empty shape to nothing', () => {
    const sparsifier = new DataNormSparsifier().addData('t', { data: new Float32Array(0), shape: [0, 16] });
    sparsifier.step();
    expect(sparsifier.getMask('t')).toHaveLength(0);
  });

  test('writes +0 over values that it prunes, whatever they were', () => {
    const data = Float32Array.of(-1, NaN, -Infinity, -0);
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 1 }).addData('t', { data, shape: [1, 4] });
    sparsifier.step();
    sparsifier.squashMask();
    expect([...new Uint32Array(data.buffer)]).toEqual([0, 0, 0, 0]);
  });

  test('takes all values of an overridden block shape, not those of the default one', () => {
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 1, sparseBlockShape: [1, 4] });
    sparsifier.addData('t', randomTable(2, [4, 8]), { sparseBlockShape: [2, 8] }).step();
    expect(sparsifier.getMask('t')).toEqual(new Uint8Array(32));
  });

  test.each<[DataNormSparsifierOptions, string]>([
    [{ sparsityLevel: -0.5 }, 'sparsity level: expected a number from 0 to 1, found -0.5'],
    [{ sparsityLevel: 1.01 }, 'sparsity level: expected a number from 0 to 1, found 1.01'],
    [{ sparsityLevel: NaN }, 'sparsity level: expected a number from 0 to 1, found NaN'],
    [{ sparsityLevel: '0.5' as never }, 'sparsity level: expected a number from 0 to 1, found 0.5'],
    [{ norm: 'L3' as never }, 'norm: expected L1 or L2, found L3'],
    [
      { sparseBlockShape: [0, 4] },
      'sparse block shape: expected two whole numbers of at least 1, found [0,4]',
    ],
    [
      { sparseBlockShape: [4] as never },
      'sparse block shape: expected two whole numbers of at least 1, found [4]',
    ],
    [
      { zerosPerBlock: 5 },
      'zeros per block: expected a whole number from 0 to 4, the values of a block of (1, 4), found 5',
    ],
    [
      { zerosPerBlock: -1 },
      'zeros per block: expected a whole number from 0 to 4, the values of a block of (1, 4), found -1',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => new DataNormSparsifier(options)).toThrow(message);
    if (options.norm === undefined) {
      expect(() => new DataNormSparsifier().addData('t', randomTable(3, [2, 4]), options as object)).toThrow(
        message,
      );
    }
  });

  test('refuses a table of more than two dimensions', () => {
    const sparsifier = new DataNormSparsifier();
    expect(() => sparsifier.addData('t', randomTable(4, [2, 3, 4]))).toThrow(
      'table "t": expected at most 2 dimensions larger than 1, found shape [2, 3, 4]',
    );
  });

  test.each<[object, string]>([
    [{ sparsitylevel: 0.9 }, 'unknown option "sparsitylevel": did you mean sparsityLevel?'],
    [{ sparsity_level: 0.9 }, 'unknown option "sparsity_level": did you mean sparsityLevel?'],
    [{ blockShape: [1, 4] }, 'unknown option "blockShape": did you mean sparseBlockShape?'],
    [
      { fast: true },
      'unknown option "fast": expected one of sparsityLevel, sparseBlockShape, zerosPerBlock, ',
    ],
  ])('refuses the misspelt options %p', (options, message) => {
    expect(() => new DataNormSparsifier(options)).toThrow(message);
    expect(() => new DataNormSparsifier().addData('t', randomTable(3, [2, 4]), options)).toThrow(message);
    const table = randomTable(3, [2, 4]);
    if (!('sparsitylevel' in options || 'sparsity_level' in options)) {
      const wrong = () => levelSweep({ table, levels: [0.5], ...options });
      expect(wrong).toThrow(/unknown option/);
    }
  });

  test('suggests the options that only the constructor or only addData has', () => {
    const construct = (options: object) => () => new DataNormSparsifier(options);
    expect(construct({ nrom: 'L2' })).toThrow('unknown option "nrom": did you mean norm?');
    expect(construct({ scop: 'global' })).toThrow('unknown option "scop": did you mean scope?');
    const add = () =>
      new DataNormSparsifier().addData('t', randomTable(3, [2, 4]), { reuse_mask: false } as object);
    expect(add).toThrow('unknown option "reuse_mask": did you mean reuseMask?');
  });

  test('takes an option that is undefined as not given', () => {
    const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.25, sparseBlockShape: [1, 2] });
    const options = { sparsityLevel: undefined, sparseBlockShape: [1, 1] as const, zerosPerBlock: undefined };
    sparsifier.addData('t', { data: Float32Array.of(4, 3, 2, 1), shape: [4] }, options as object).step();
    expect([...sparsifier.getMask('t')]).toEqual([1, 1, 1, 0]);
  });

  test('steps in threads as a subclass that makes its own masks does', async () => {
    class PrunesAll extends DataNormSparsifier {
      override updateMask(name: string): void {
        this.getMask(name).fill(0);
      }
    }
    const sparsifier = new PrunesAll().addData('t', randomTable(5, [2, 4]));
    await sparsifier.stepInThreads();
    expect(sparsifier.getMask('t')).toEqual(new Uint8Array(8));
  });

  test('refuses what is no table', () => {
    const sparsifier = new DataNormSparsifier();
    for (const data of [3, null, undefined, {}]) {
      expect(() => sparsifier.addData('t', data as never)).toThrow(
        `data "t": expected a table { data, shape } or a tensor, found ${String(data)}`,
      );
    }
    expect(() => sparsifier.addData('t', { data: [1, 2], shape: [2] } as never)).toThrow(
      'table "t": expected its data as a Float32Array, found Array',
    );
    expect(() => sparsifier.addData('t', { data: new Float32Array(4), shape: [3, 2] })).toThrow(
      'table "t": shape [3, 2] takes 6 values, found 4 in its data',
    );
    expect(() => sparsifier.addData('t', { data: new Float32Array(4), shape: [-1, -4] })).toThrow(
      'table "t": expected a shape of whole numbers, found [-1,-4]',
    );
  });
});

// The checks of PyTorch's test/ao/sparsity/test_data_sparsifier.py for the norm sparsifier, by its names.
describe.each(['L1', 'L2'] as const)('TestNormDataSparsifiers, %s', (norm) => {
  const defaults = { sparsityLevel: 0.5, sparseBlockShape: [1, 4] as const, zerosPerBlock: 4 };
  const overridden = (sparsityLevel: number) => ({
    sparsityLevel,
    sparseBlockShape: [2, 3] as const,
    zerosPerBlock: 6,
  });
  // test_tensors, test_nn_parameters and test_nn_embeddings differ by shapes: parameters and embeddings are tables.
  const sets: Record<string, { list: number[][]; configured: [number[], number][] }> = {
    test_tensors: {
      list: [
        [1, 10],
        [4, 4],
        [1, 5],
      ],
      configured: [
        [[1, 2], 0.7],
        [[4, 4], 0.3],
      ],
    },
    test_nn_parameters: {
      list: [
        [1, 8],
        [4, 4],
        [5, 5],
      ],
      configured: [
        [[10, 10], 0.7],
        [[4, 4], 0.3],
      ],
    },
    test_nn_embeddings: {
      list: [
        [10, 3],
        [10, 3],
        [20, 3],
        [20, 3],
      ],
      configured: [
        [[15, 3], 0.7],
        [[20, 3], 0.3],
      ],
    },
  };

  describe.each(Object.entries(sets))('%s', (_, { list, configured }) => {
    const tables = [...list, ...configured.map(([shape]) => shape)].map((shape, i) =>
      randomTable(i + 1, shape),
    );
    const make = () => {
      const sparsifier = new DataNormSparsifier({
        ...defaults,
        norm,
        dataList: list.map((_shape, i) => [`data${i}`, tables[i]!] as const),
        onWarning: () => undefined,
      });
      configured.forEach(([, level], i) =>
        sparsifier.addData(`data${list.length + i}`, tables[list.length + i]!, overridden(level)),
      );
      return sparsifier;
    };
    const names = tables.map((_table, i) => `data${i}`);

    test('check_constructor', () => {
      const sparsifier = make();
      expect(sparsifier.names).toEqual(names);
      names.forEach((name, i) =>
        expect(sparsifier.getConfig(name)).toEqual(
          i < list.length ? defaults : overridden(configured[i - list.length]![1]),
        ),
      );
    });

    test('check_squash_mask', () => {
      const sparsifier = make();
      sparsifier.step();
      sparsifier.squashMask({ leaveParametrized: false });
      for (const name of names) {
        expect(() => sparsifier.getData(name)).toThrow('its mask was squashed, the original values are gone');
      }
    });

    test('check_add_data', () => {
      const sparsifier = make();
      names.forEach((name, i) => {
        expect(sparsifier.getData(name)).toBe(tables[i]);
        const other = randomTable(100 + i, tables[i]!.shape);
        sparsifier.addData(name, other);
        expect(sparsifier.getData(name)).toBe(other);
      });
    });

    test('check_state_dict', () => {
      const [first, second] = [make(), new DataNormSparsifier({ norm })];
      second.addData(names[0]!, tables[0]!);
      first.step();
      expect(second.stateDict()).not.toEqual(first.stateDict());
      second.loadStateDict(first.stateDict());
      expect(second.stateDict()).toEqual(first.stateDict());
    });

    test('check_step', () => {
      const sparsifier = make();
      for (const name of names) expect(sparsifier.getMask(name)).not.toContain(0);
      sparsifier.step();
      names.forEach((name, i) => {
        const mask = sparsifier.getMask(name);
        const zeros = mask.filter((keeps) => keeps === 0).length;
        const { sparsityLevel, sparseBlockShape } = sparsifier.getConfig(name);
        const [rows, columns] = tables[i]!.shape as [number, number];
        const blocks = Math.ceil(rows / sparseBlockShape[0]) * Math.ceil(columns / sparseBlockShape[1]);
        expect(zeros).toBeGreaterThan(0);
        expect(zeros).toBeLessThanOrEqual(
          Math.round(blocks * sparsityLevel) * sparseBlockShape[0] * sparseBlockShape[1],
        );
      });
      const replaced = new DataNormSparsifier({ ...defaults, norm, onWarning: () => undefined });
      for (let i = 0; i < 100; i++) {
        replaced.addData('test_data', randomTable(i, [20, 20])).step();
        expect(replaced.getMask('test_data').filter((keeps) => keeps === 0)).toHaveLength(200);
      }
    });

    test('check_memory_reference', () => {
      const sparsifier = make();
      names.forEach((name, i) => {
        const { data } = tables[i]!;
        data[0]! += 1;
        expect(sparsifier.getData(name).data).toBe(data);
        expect(sparsifier.getData(name, { original: false }).data[0]).toBe(data[0]);
      });
    });
  });

  test('check_step_2_of_4', () => {
    const table = randomTable(9, [4, 4]);
    const sparsifier = new DataNormSparsifier({
      sparsityLevel: 1,
      zerosPerBlock: 2,
      sparseBlockShape: [1, 4],
      norm,
    });
    sparsifier.addData('test_data', table).step();
    const mask = sparsifier.getMask('test_data');
    for (let row = 0; row < 4; row++) {
      const kept = [0, 1, 2, 3].filter((column) => mask[4 * row + column] === 1);
      const bySize = [0, 1, 2, 3].sort((a, b) => sizeAt(table, row, b) - sizeAt(table, row, a));
      expect(new Set(kept)).toEqual(new Set(bySize.slice(0, 2)));
    }
  });

  test('check_sparsity_level', () => {
    // Of its levels, -1 and 2 are errors here.
    const table = randomTable(10, [4, 4]);
    for (const sparsityLevel of [0, 0.5, 1]) {
      for (const sparseBlockShape of [
        [1, 1],
        [1, 4],
        [2, 2],
        [4, 1],
      ] as const) {
        const values = sparseBlockShape[0] * sparseBlockShape[1];
        for (let zerosPerBlock = 0; zerosPerBlock <= values; zerosPerBlock++) {
          const data = table.data.slice();
          const sparsifier = new DataNormSparsifier({ norm });
          sparsifier.addData(
            't',
            { data, shape: [4, 4] },
            { sparsityLevel, sparseBlockShape, zerosPerBlock },
          );
          sparsifier.step();
          sparsifier.squashMask();
          const zeros = sparsifier.getData('t', { original: false }).data.filter((value) => value === 0);
          expect(zeros.length / 16).toBe((sparsityLevel * zerosPerBlock) / values);
        }
      }
    }
  });
});

function sizeAt({ data }: Table, row: number, column: number): number {
  return Math.abs(data[4 * row + column]!);
}

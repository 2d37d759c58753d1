import { BaseDataSparsifier, type SparsifierOptions, type Table } from '@ds/data-sparsifier';
import { randomTable } from '../random-table.js';

interface Config {
  test?: number;
}

/** Prunes the first row, and counts its steps, as the one in PyTorch's test does. */
class ImplementedSparsifier extends BaseDataSparsifier<Config> {
  constructor(options: SparsifierOptions & Config = {}) {
    super({ test: options.test }, options);
  }

  override updateMask(name: string, table: Table): void {
    const state = this.getState(name);
    state.mask.fill(0, 0, table.shape[1]);
    state.stepCount = Number(state.stepCount ?? 0) + 1;
  }
}

// The checks of PyTorch's test/ao/sparsity/test_data_sparsifier.py, by its names. Its tensors, parameters and
// embeddings are all tables here, so the three differ by their shapes only.
const sets = {
  test_tensors: {
    list: [
      [3, 3],
      [4, 4],
      [5, 5],
    ],
    configured: [
      [1, 1],
      [4, 4],
    ],
  },
  test_nn_parameters: {
    list: [
      [3, 3],
      [4, 4],
      [5, 5],
    ],
    configured: [
      [1, 1],
      [4, 4],
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
      [15, 3],
      [20, 3],
    ],
  },
};

describe.each(Object.entries(sets))('TestBaseDataSparsifier, %s', (_, { list, configured }) => {
  const tables = [...list, ...configured].map((shape, i) => randomTable(i + 1, shape));
  const names = tables.map((_table, i) => `data${i}`);
  const configs = names.map((_name, i) => ({ test: i < list.length ? 3 : 7 + i - list.length }));
  const make = (onWarning: (message: string) => void = () => undefined) => {
    const dataList = list.map((_shape, i) => [names[i]!, tables[i]!] as const);
    const sparsifier = new ImplementedSparsifier({ dataList, test: 3, onWarning });
    for (let i = list.length; i < names.length; i++) sparsifier.addData(names[i]!, tables[i]!, configs[i]);
    return sparsifier;
  };

  test('check_constructor', () => {
    const sparsifier = make();
    expect(sparsifier.names).toEqual(names);
    expect(names.map((name) => sparsifier.getConfig(name))).toEqual(configs);
  });

  test('check_squash_mask', () => {
    const sparsifier = make();
    for (const name of names) expect(() => sparsifier.getData(name, { original: true })).not.toThrow();
    sparsifier.step();
    sparsifier.squashMask({ leaveParametrized: false });
    for (const name of names) {
      expect(() => sparsifier.getData(name, { original: true })).toThrow(
        `data "${name}": its mask was squashed, the original values are gone`,
      );
    }
  });

  test('check_add_data', () => {
    const warnings: string[] = [];
    const sparsifier = make((message) => warnings.push(message));
    names.forEach((name, i) => {
      expect(sparsifier.getData(name)).toBe(tables[i]);
      const other = randomTable(50 + i, tables[i]!.shape);
      sparsifier.addData(name, other);
      expect(sparsifier.getData(name)).toBe(other);
    });
    expect(warnings).toEqual(
      names.map((name) => `data "${name}" already exists and is replaced; did you mean a different name?`),
    );
  });

  test('check_step', () => {
    const sparsifier = make();
    const originals = tables.map(({ data }) => data.slice());
    names.forEach((name, i) => {
      expect(sparsifier.getData(name, { original: false })).toEqual(tables[i]);
      expect(sparsifier.getMask(name)).toEqual(new Uint8Array(originals[i]!.length).fill(1));
    });
    for (let step = 0; step < 3; step++) sparsifier.step();
    names.forEach((name, i) => {
      const columns = tables[i]!.shape[1]!;
      const pruned = originals[i]!.slice().fill(0, 0, columns);
      expect(sparsifier.getData(name, { original: false }).data).toEqual(pruned);
      expect(sparsifier.getData(name).data).toEqual(originals[i]);
      expect(sparsifier.getMask(name)).toEqual(new Uint8Array(pruned.length).fill(1).fill(0, 0, columns));
      expect(sparsifier.getState(name).stepCount).toBe(3);
    });
  });

  test('check_state_dict', () => {
    const first = make();
    const second = new ImplementedSparsifier({ dataList: [[names[0]!, tables[0]!]] });
    first.step();
    expect(second.getMask(names[0]!)).not.toEqual(first.getMask(names[0]!));
    second.loadStateDict(first.stateDict());
    expect(second.names).toEqual(names);
    expect(second.stateDict()).toEqual(first.stateDict());
    for (const name of names) {
      expect(second.getMask(name)).toEqual(first.getMask(name));
      expect(second.getConfig(name)).toEqual(first.getConfig(name));
      expect(second.getData(name, { original: false })).toEqual(first.getData(name, { original: false }));
    }
  });

  test('check_memory_reference', () => {
    const sparsifier = make();
    names.forEach((name, i) => {
      tables[i]!.data.forEach((value, at) => (tables[i]!.data[at] = value + 1));
      expect(sparsifier.getData(name)).toBe(tables[i]);
      expect(sparsifier.getData(name, { original: false }).data).toEqual(tables[i]!.data);
    });
  });
});

describe('BaseDataSparsifier', () => {
  const quiet = { onWarning: () => undefined };

  test('keeps mask and configuration of replaced data, and takes what is said anew', () => {
    const sparsifier = new ImplementedSparsifier(quiet).addData('t', randomTable(1, [2, 2]), { test: 5 });
    sparsifier.step();
    sparsifier.addData('t', randomTable(2, [2, 2]));
    expect([...sparsifier.getMask('t')]).toEqual([0, 0, 1, 1]);
    expect(sparsifier.getConfig('t')).toEqual({ test: 5 });
    sparsifier.addData('t', randomTable(3, [2, 2]), { test: 6 });
    expect(sparsifier.getConfig('t')).toEqual({ test: 6 });
  });

  test('makes a new mask for replaced data without reuseMask, of any shape', () => {
    const sparsifier = new ImplementedSparsifier(quiet).addData('t', randomTable(1, [2, 2]), { test: 5 });
    sparsifier.step();
    sparsifier.addData('t', randomTable(2, [1, 3]), { reuseMask: false });
    expect([...sparsifier.getMask('t')]).toEqual([1, 1, 1]);
    expect(sparsifier.getConfig('t')).toEqual({ test: 5 });
  });

  test('refuses to keep the mask for another shape, and leaves the data as it was', () => {
    const table = randomTable(1, [2, 2]);
    const sparsifier = new ImplementedSparsifier(quiet).addData('t', table);
    expect(() => sparsifier.addData('t', randomTable(2, [4, 1]))).toThrow(
      'data "t": to keep its mask, the new data must have the shape of the old data, [2, 2], found [4, 1]',
    );
    expect(sparsifier.getData('t')).toBe(table);
  });

  test('warns on the console unless told otherwise', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    new ImplementedSparsifier().addData('t', randomTable(1, [1, 2])).addData('t', randomTable(2, [1, 2]));
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test('squashes the masks into the data of the caller', () => {
    const [a, b] = [randomTable(1, [2, 2]), randomTable(2, [2, 2])];
    const [before, untouched] = [a.data.slice(), b.data.slice()];
    const sparsifier = new ImplementedSparsifier({
      dataList: [
        ['a', a],
        ['b', b],
      ],
    });
    sparsifier.step();
    sparsifier.squashMask({ names: ['a'] });
    expect([...a.data]).toEqual([0, 0, before[2], before[3]]);
    expect(sparsifier.getData('a', { original: false })).toBe(a);
    expect(b.data).toEqual(untouched);
    expect(sparsifier.getData('b')).toBe(b);
  });

  test('squashes with leaveParametrized false without touching the data', () => {
    const table = randomTable(1, [2, 2]);
    const before = table.data.slice();
    const sparsifier = new ImplementedSparsifier().addData('t', table);
    sparsifier.step();
    sparsifier.squashMask({ leaveParametrized: false });
    expect(table.data).toEqual(before);
    expect(sparsifier.getData('t', { original: false })).toBe(table);
    expect([...sparsifier.getMask('t')]).toEqual([0, 0, 1, 1]);
  });

  test('refuses to squash or to step after a squash, and squashes nothing then', () => {
    const [a, b] = [randomTable(1, [2, 2]), randomTable(2, [2, 2])];
    const sparsifier = new ImplementedSparsifier({
      dataList: [
        ['a', a],
        ['b', b],
      ],
    });
    sparsifier.step();
    sparsifier.squashMask({ names: ['b'] });
    const before = a.data.slice();
    expect(() => sparsifier.squashMask()).toThrow('data "b": its mask was squashed before');
    expect(() => sparsifier.squashMask({ names: ['a', 'c'] })).toThrow(
      'no data named "c"; known names: a, b',
    );
    expect(a.data).toEqual(before);
    expect(() => sparsifier.step()).toThrow('data "b": its mask was squashed, the original values are gone');
  });

  test('takes new data for a name whose mask was squashed', () => {
    const sparsifier = new ImplementedSparsifier(quiet).addData('t', randomTable(1, [2, 2]));
    sparsifier.step();
    sparsifier.squashMask();
    const table = randomTable(2, [2, 2]);
    sparsifier.addData('t', table);
    expect(sparsifier.getData('t')).toBe(table);
    expect([...sparsifier.getMask('t')]).toEqual([0, 0, 1, 1]);
  });

  test('does nothing in a step while enableMaskUpdate is false', () => {
    const sparsifier = new ImplementedSparsifier().addData('t', randomTable(1, [2, 2]));
    sparsifier.enableMaskUpdate = false;
    sparsifier.step();
    expect([...sparsifier.getMask('t')]).toEqual([1, 1, 1, 1]);
    sparsifier.enableMaskUpdate = true;
    sparsifier.step();
    expect([...sparsifier.getMask('t')]).toEqual([0, 0, 1, 1]);
  });

  test('refuses unknown names', () => {
    const sparsifier = new ImplementedSparsifier();
    for (const call of [
      () => sparsifier.getData('t'),
      () => sparsifier.getMask('t'),
      () => sparsifier.getConfig('t'),
      () => sparsifier.getState('t'),
      () => sparsifier.squashMask({ names: ['t'] }),
    ]) {
      expect(call).toThrow('no data named "t"; known names: none');
    }
  });

  describe('loadStateDict', () => {
    const saved = () => {
      const sparsifier = new ImplementedSparsifier({ dataList: [['a', randomTable(1, [2, 2])]], test: 4 });
      sparsifier.step();
      sparsifier.squashMask({ leaveParametrized: false });
      return sparsifier.addData('b', randomTable(2, [2, 2])).stateDict();
    };

    test('strict forgets what was there', () => {
      const sparsifier = new ImplementedSparsifier().addData('c', randomTable(3, [1, 2]));
      sparsifier.loadStateDict(saved());
      expect(sparsifier.names).toEqual(['a', 'b']);
      expect(sparsifier.stateDict()).toEqual(saved());
      expect(() => sparsifier.getData('a')).toThrow('squashed');
    });

    test('not strict keeps what was there, also where a name is in both', () => {
      const [b, c] = [randomTable(4, [3, 1]), randomTable(3, [1, 2])];
      const sparsifier = new ImplementedSparsifier({
        dataList: [
          ['b', b],
          ['c', c],
        ],
        test: 9,
      });
      sparsifier.loadStateDict(saved(), { strict: false });
      expect(new Set(sparsifier.names)).toEqual(new Set(['a', 'b', 'c']));
      expect(sparsifier.getData('b')).toBe(b);
      expect(sparsifier.getConfig('b')).toEqual({ test: 9 });
      expect([...sparsifier.getMask('a')]).toEqual([0, 0, 1, 1]);
    });

    test('shares no memory with the state that it was given', () => {
      const state = saved();
      const sparsifier = new ImplementedSparsifier();
      sparsifier.loadStateDict(state);
      const before = sparsifier.stateDict();
      const copy = structuredClone(before);
      state.state.a!.mask.fill(7);
      state.data.b!.table.data.fill(7);
      expect(sparsifier.stateDict()).toEqual(copy);
    });

    test('keeps tables in shared memory shared', () => {
      const data = new Float32Array(new SharedArrayBuffer(8));
      const sparsifier = new ImplementedSparsifier().addData('t', { data, shape: [2, 1] });
      sparsifier.loadStateDict(sparsifier.stateDict());
      expect(sparsifier.getData('t').data.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(sparsifier.getMask('t').buffer).toBeInstanceOf(SharedArrayBuffer);
    });

    test('refuses a state with a part missing or not fitting, and changes nothing', () => {
      const sparsifier = new ImplementedSparsifier().addData('c', randomTable(3, [1, 2]));
      const broken = saved();
      const withoutConfig = { ...broken, dataGroups: { a: broken.dataGroups.a! } };
      expect(() => sparsifier.loadStateDict(withoutConfig)).toThrow(
        'state of "b": its configuration is missing',
      );
      expect(() => sparsifier.loadStateDict({ ...broken, data: { b: broken.data.b! } })).toThrow(
        'state of "a": its data is missing',
      );
      broken.state.b!.mask = new Uint8Array(3);
      expect(() => sparsifier.loadStateDict(broken)).toThrow(
        'state of "b": expected a mask of 4 entries, found 3',
      );
      expect(sparsifier.names).toEqual(['c']);
    });
  });
});

test('sparsity() is the fraction of pruned values, of each name and in all, also once squashed', () => {
  const sparsifier = new ImplementedSparsifier();
  expect(sparsifier.sparsity()).toEqual({ byName: {}, all: 0 });
  sparsifier.addData('users', randomTable(1, [4, 3])).addData('items', randomTable(2, [2, 5]));
  sparsifier.addData('none', { data: new Float32Array(0), shape: [0, 3] });
  expect(sparsifier.sparsity()).toEqual({ byName: { users: 0, items: 0, none: 0 }, all: 0 });
  sparsifier.step();
  // The first row of each.
  const expected = { byName: { users: 3 / 12, items: 5 / 10, none: 0 }, all: 8 / 22 };
  expect(sparsifier.sparsity()).toEqual(expected);
  sparsifier.squashMask();
  expect(sparsifier.sparsity()).toEqual(expected);
});

import { copyFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { SparseTable, TableMemory } from '@ds/data-sparsifier';
import {
  loadCheckpoint,
  loadModelTensors,
  loadTables,
  makeTablesSparse,
  memoryFor,
  readPackedMetadata,
  saveCheckpoint,
  saveSparseCheckpoint,
  type ModelState,
  type StateDict,
} from '@ds/tensor-files';
import { temporaryFolder } from '../../../test-support/src/temporary-folder.js';

const folder = temporaryFolder();
const table = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length / 4, 4] });
const first = table(1, 0, 0, 2, 0, 0, 0, 0, 3, 4, 0, 0);
const second = table(0, 0, 0, 0, 0, 5, 0, 0);
const third = table(6, 0, 0, 0);
const bias = { data: Float32Array.of(7), shape: [1] };

/** A checkpoint with two sparse tables, a dense one and a bias, all under a prefix. */
async function sparseFile(): Promise<string> {
  const path = join(folder, 'sparse.safetensors');
  await saveSparseCheckpoint(path, {
    tables: {
      'module.emb_l.0.weight': SparseTable.fromDense({ table: first, blockWidth: 2 }),
      'module.emb_l.1.weight': SparseTable.fromDense({ table: second, blockWidth: 2 }),
    },
    tensors: { 'module.emb_l.2.weight': third, 'module.bias': bias },
    metadata: { ids_sha256: 'abc' },
  });
  return path;
}

const tablesOf = (state: ModelState) =>
  [0, 1, 2].map((number) => {
    const found = state[`emb_l.${number}.weight`]!;
    if (!(found instanceof SparseTable)) return 'dense';
    return { values: [...found.toDense()], blockWidth: found.blockWidth, memory: found.memory };
  });

describe('loadModelTensors', () => {
  it('keeps tables as they are stored, those that are sparse in one memory', async () => {
    const path = await sparseFile();
    const notes: string[] = [];
    const state = await loadModelTensors(path, { onNote: (note) => void notes.push(note) });
    expect(notes).toEqual([`${path}: the prefix "module." of all names is removed`]);
    const { memory } = state['emb_l.0.weight'] as SparseTable;
    expect(memory).toBeInstanceOf(TableMemory);
    expect(tablesOf(state)).toEqual([
      { values: [...first.data], blockWidth: 2, memory },
      { values: [...second.data], blockWidth: 2, memory },
      'dense',
    ]);
    expect((state['emb_l.1.weight'] as SparseTable).memory).toBe(memory);
    expect([state['emb_l.2.weight'], state['bias']]).toEqual([third, bias]);
    for (const name of ['emb_l.2.weight', 'bias'])
      expect((state[name] as typeof bias).data.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('puts sparse tables into the memory of the caller', async () => {
    const memory = new TableMemory();
    const state = await loadModelTensors(await sparseFile(), { memory, tables: 'sparse' });
    for (const number of [0, 1, 2])
      expect((state[`emb_l.${number}.weight`] as SparseTable).memory).toBe(memory);
  });

  it('expands sparse tables if told to', async () => {
    expect(await loadModelTensors(await sparseFile(), { tables: 'dense' })).toEqual({
      ...{ 'emb_l.0.weight': first, 'emb_l.1.weight': second, 'emb_l.2.weight': third },
      bias,
    });
  });

  it('compresses dense tables if told to, and leaves the others as they are', async () => {
    const path = await sparseFile();
    for (const blockWidth of [undefined, 4]) {
      const state = await loadModelTensors(path, { tables: 'sparse', ...(blockWidth && { blockWidth }) });
      expect(tablesOf(state)).toMatchObject([
        { values: [...first.data], blockWidth: 2 },
        { values: [...second.data], blockWidth: 2 },
        { values: [...third.data], blockWidth: blockWidth ?? 1 },
      ]);
      expect(state['bias']).toEqual(bias);
    }
  });

  it('names the file and the table whose rows are no whole blocks', async () => {
    const path = await sparseFile();
    const error = await loadModelTensors(path, { tables: 'sparse', blockWidth: 0 }).catch(
      (found: Error) => found,
    );
    expect(error).toMatchObject({
      message: `${path}: emb_l.2.weight: a sparse table: expected blockWidth to be a whole number of at least 1, found 0`,
      cause: expect.any(RangeError) as unknown,
    });
  });
});

it('a float64 tensor of a file is noted, once', async () => {
  const path = join(__dirname, '../golden/checkpoints/dtypes.safetensors');
  for (const load of [loadCheckpoint, loadModelTensors]) {
    const notes: string[] = [];
    await load(path, { onNote: (note) => void notes.push(note) });
    expect(notes).toEqual([`${path}: float64 in the file, rounded to float32 and written as such: float64`]);
    expect(Object.keys(await load(path))).toContain('float64');
  }
});

describe('makeTablesSparse', () => {
  it('puts all tables of a state into one memory', () => {
    const state: ModelState = { 'emb_l.0.weight': first, bias, 'emb_l.1.weight': second };
    makeTablesSparse(state, { source: 'x', blockWidth: 1 });
    const { memory } = state['emb_l.0.weight'] as SparseTable;
    expect(memory).toBeInstanceOf(TableMemory);
    expect((state['emb_l.1.weight'] as SparseTable).memory).toBe(memory);
    expect(Object.keys(state)).toEqual(['emb_l.0.weight', 'bias', 'emb_l.1.weight']);
    expect(state['bias']).toBe(bias);
  });
});

describe('memoryFor', () => {
  it('makes a memory for tables that surely fit, with half of their size for ranks', () => {
    // 2^32 bytes less 2^28 for the arrays of a batch, as 1.5 times the tables.
    const most = (2 ** 32 - 2 ** 28) / 1.5;
    for (const bytes of [0, 1, most]) expect(memoryFor(bytes)).toBeInstanceOf(TableMemory);
    for (const bytes of [most + 1, 2 ** 40]) expect(memoryFor(bytes)).toBeUndefined();
  });
});

describe('loadCheckpoint', () => {
  it('reads the names as stored, or those of the plain model with a note', async () => {
    const path = join(folder, 'prefix.npz');
    await saveCheckpoint(path, { 'module.a': bias, 'module.b': third });
    const notes: string[] = [];
    const onNote = (note: string) => void notes.push(note);
    expect(await loadCheckpoint(path, { onNote })).toEqual({ 'module.a': bias, 'module.b': third });
    expect(notes).toEqual([]);
    expect(await loadCheckpoint(path, { names: 'plain', onNote })).toEqual({ a: bias, b: third });
    expect(notes).toEqual([`${path}: the prefix "module." of all names is removed`]);
    expect(await loadCheckpoint(path, { names: 'plain' })).toEqual({ a: bias, b: third });
  });
});

describe('loadTables', () => {
  const saved = async (name: string, state: StateDict, metadata = {}) => {
    const path = join(folder, name);
    await saveCheckpoint(path, state, { metadata });
    return path;
  };
  const isShared = (state: StateDict) =>
    Object.fromEntries(
      Object.entries(state).map(([name, { data }]) => [name, data.buffer instanceof SharedArrayBuffer]),
    );
  const state = {
    'net.emb_l.0.weight': first,
    'net.emb_l.2.weight': second,
    'net.lookup': third,
    'net.bias': bias,
  };
  const plain = { 'emb_l.0.weight': first, 'emb_l.2.weight': second, lookup: third, bias };

  it('selects the tables by their names, over shared memory, and says what it noticed', async () => {
    const path = await saved('tables.ckpt', state, { ids_sha256: 'abc' });
    const notes: string[] = [];
    const loaded = await loadTables(path, { onNote: (note) => void notes.push(note) });
    expect(loaded).toEqual({
      stateDict: plain,
      names: ['emb_l.0.weight', 'emb_l.2.weight'],
      metadata: { ids_sha256: 'abc' },
    });
    const shared = { 'emb_l.0.weight': true, 'emb_l.2.weight': true, lookup: false, bias: false };
    expect(isShared(loaded.stateDict)).toEqual(shared);
    expect(notes).toEqual([
      `${path}: the prefix "net." of all names is removed`,
      `${path}: emb_l.1 missing: the tables go up to emb_l.2`,
      `${path}: left out, though it may be a table: lookup`,
    ]);
    expect(await loadTables(path)).toEqual(loaded);
  });

  it('selects the tables that match a pattern, over shared memory too', async () => {
    const { stateDict, names, metadata } = await loadTables(await saved('tables.npz', state), {
      tables: ['look*', '*.2.*'],
    });
    expect({ stateDict, names, metadata }).toEqual({
      stateDict: plain,
      names: ['emb_l.2.weight', 'lookup'],
      metadata: {},
    });
    expect(isShared(stateDict)).toMatchObject({ 'emb_l.2.weight': true, lookup: true, bias: false });
  });

  it('keeps the type in which a table was stored', async () => {
    const half = { ...third, stored: { dtype: 'float16' as const } };
    const { stateDict } = await loadTables(await saved('half.safetensors', { lookup: half }), {
      tables: ['lookup'],
    });
    expect(stateDict).toEqual({ lookup: half });
  });

  it('refuses a table without rows and a value that is not finite', async () => {
    const empty = { data: new Float32Array(0), shape: [0, 4] };
    const path = await saved('empty.safetensors', { 'emb_l.0.weight': first, 'emb_l.1.weight': empty });
    await expect(loadTables(path)).rejects.toThrow(
      new Error(`${path}: emb_l.1.weight: expected a table of at least one row, found shape (0, 4)`),
    );
    // Nothing is wrong with it if it is not selected.
    expect((await loadTables(path, { tables: ['*.0.*'] })).names).toEqual(['emb_l.0.weight']);
    const infinite = await saved('infinite.ckpt', { 'emb_l.0.weight': table(1, 2, Infinity, 4) });
    await expect(loadTables(infinite)).rejects.toThrow(/infinite\.ckpt: emb_l\.0\.weight: .*Infinity/);
  });
});

// The open files of a process are listed on Linux only.
(process.platform === 'linux' ? it : it.skip)(
  'a file is closed when it has been read, and when that fails',
  async () => {
    const openFiles = () =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/self/fd/${fd}`)];
        } catch {
          return []; // the folder itself, closed by now
        }
      });
    const path = await sparseFile();
    for (const load of [loadCheckpoint, loadModelTensors, loadTables]) {
      await load(path);
      expect(openFiles()).not.toContain(realpathSync(path));
    }
    const packed = join(folder, 'packed.npz');
    await saveCheckpoint(packed, { bias });
    await readPackedMetadata(packed);
    expect(openFiles()).not.toContain(realpathSync(packed));
    const wrong = join(folder, 'wrong.npz');
    await saveSparseCheckpoint(join(folder, 'x.safetensors'), { tables: {}, tensors: { bias } });
    copyFileSync(join(folder, 'x.safetensors'), wrong);
    for (const load of [loadCheckpoint, loadModelTensors, loadTables]) {
      await expect(load(wrong)).rejects.toThrow('found a safetensors file');
      expect(openFiles()).not.toContain(realpathSync(wrong));
    }
  },
);

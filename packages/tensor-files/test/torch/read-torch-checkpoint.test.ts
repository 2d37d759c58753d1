import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZipWriter } from '@ds/files';
import { loadCheckpoint, loadModelTensors } from '@ds/tensor-files';
import { pickle } from '../pickle/pickle-bytes.js';
import { temporaryFolder } from '../../../test-support/src/temporary-folder.js';

const golden = join(__dirname, '../golden/checkpoints');
const folder = temporaryFolder();
const { dict, tensor, text, whole } = pickle;

async function zipped(
  entries: Record<string, Uint8Array>,
  { deflated = [] as string[], align = 1 } = {},
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
  for (const [name, bytes] of Object.entries(entries)) {
    if (deflated.includes(name)) await zip.addDeflated(name, [bytes]);
    else await zip.addStored(name, [bytes], { align });
  }
  await zip.finish();
  return Buffer.concat(pieces);
}

async function file(name: string, ...archive: Parameters<typeof zipped>): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await zipped(...archive));
  return path;
}

const values = (...of: number[]) => new Uint8Array(Float32Array.from(of).buffer);
const state = { 'x/data.pkl': whole(dict(text('w'), tensor())), 'x/data/0': values(1, 2, 3, 4) };

describe('a checkpoint in an archive, whose tensors are read in place', () => {
  it.each(['dtypes.pt', 'views.pt', 'shared-storages.pt', 'sparse.pt', 'integers.pt', 'deflated.pt'])(
    'has the values of %s on disk',
    async (name) => {
      const bytes = readFileSync(join(golden, name));
      for (const deflated of [[name], []]) {
        const path = await file('packed.zip', { [name]: bytes }, { deflated });
        const expected = await loadCheckpoint(join(golden, name), { names: 'plain' });
        expect(await loadModelTensors(path)).toEqual(expected);
      }
    },
  );

  // PyTorch aligns storages to 64 bytes, but nothing keeps another program from any other place.
  it.each([1, 2, 4, 64])('may have its storages at multiples of %i bytes', async (align) => {
    for (let more = 0; more < 4; more++) {
      // A longer name moves what follows it.
      const inner = await zipped({ [`x/${'-'.repeat(more)}`]: Buffer.alloc(0), ...state }, { align });
      const path = await file('packed.zip', { 'm.pt': inner }, { deflated: ['m.pt'] });
      expect(await loadModelTensors(path)).toEqual({ w: { data: Float32Array.of(1, 2, 3, 4), shape: [4] } });
    }
  });
});

it('a table that is a part of a storage is over shared memory too if asked for', async () => {
  const table = tensor({ shape: [1, 2], strides: [2, 1], offset: 1 });
  const path = await file('view.pt', {
    ...state,
    'x/data.pkl': whole(dict(text('emb_l.0.weight'), table, text('bias'), tensor())),
  });
  for (const shared of [true, false]) {
    const { bias, 'emb_l.0.weight': found } = await loadCheckpoint(path, { shared });
    expect([...found!.data, ...bias!.data]).toEqual([2, 3, 1, 2, 3, 4]);
    expect(found!.data.buffer instanceof SharedArrayBuffer).toBe(shared);
    expect(bias!.data.buffer instanceof SharedArrayBuffer).toBe(false);
  }
});

describe('the entries of an archive', () => {
  it('need not hold a storage of no values', async () => {
    const empty = tensor({ key: '9', length: 0, shape: [0, 3], strides: [3, 1] });
    const described = whole(dict(text('empty'), empty, text('w'), tensor()));
    const path = await file('x.pt', { ...state, 'x/data.pkl': described });
    const loaded = await loadCheckpoint(path);
    expect(Object.keys(loaded)).toEqual(['empty', 'w']);
    expect(loaded['empty']).toEqual({ data: new Float32Array(0), shape: [0, 3] });
    expect([...loaded['w']!.data]).toEqual([1, 2, 3, 4]);
  });

  it('need no byte order, which PyTorch before 2.1 did not write', async () => {
    expect(Object.keys(await loadCheckpoint(await file('x.pt', state)))).toEqual(['w']);
  });

  it.each(['big', 'littl', 'little-endian, or so it says'])(
    'may not say the byte order %j',
    async (order) => {
      const path = await file('x.pt', { ...state, 'x/byteorder': Buffer.from(order) });
      await expect(loadCheckpoint(path)).rejects.toThrow(`${path}: byteorder: expected "little", found`);
    },
  );

  it.each([['x/data.pkl.bak'], ['y/x/data.pkl'], ['data.pkl']])(
    'may hold a file called %s next to the pickle, but that is none itself',
    async (other) => {
      const { 'x/data.pkl': described } = state;
      const path = await file('x.pt', { ...state, [other]: Buffer.from('.') });
      expect(Object.keys(await loadCheckpoint(path))).toEqual(['w']);
      const alone = await file('y.pt', { [other]: described, 'x/data/0': values(1, 2, 3, 4) });
      await expect(loadCheckpoint(alone)).rejects.toThrow('found another kind of zip archive');
    },
  );

  it('may not hold two pickles', async () => {
    const path = await file('x.pt', { ...state, 'y/data.pkl': state['x/data.pkl'] });
    await expect(loadCheckpoint(path)).rejects.toThrow('expected one entry <folder>/data.pkl, found 2');
  });

  it('may hold a pickle that inflates to 4 MiB and 4 times its size, and no larger one', async () => {
    const path = await file(
      'x.pt',
      { ...state, 'x/data.pkl': Buffer.alloc(5e6) },
      { deflated: ['x/data.pkl'] },
    );
    await expect(loadCheckpoint(path)).rejects.toThrow(
      /x\/data\.pkl: expected at most 42\d{5} bytes, found 5000000$/,
    );
  });
});

it('views may take 4 MiB, and 36 bytes for each value in the file, beyond the storage itself', async () => {
  const length = 100_000;
  const view = (offset: number) => tensor({ length, offset, shape: [99_980] });
  const path = async (count: number) => {
    // The whole storage, and a view that is there twice, count once.
    const views = Array.from({ length: count }, (_, i) => [text(`v${i}`), view(i)]);
    const pickled = whole(
      dict(text('w'), tensor({ length, shape: [length] }), text('again'), view(0), ...views.flat()),
    );
    return file('views.pt', { 'x/data.pkl': pickled, 'x/data/0': new Uint8Array(4 * length) });
  };
  expect(Object.keys(await loadCheckpoint(await path(19)))).toHaveLength(21);
  await expect(loadCheckpoint(await path(20))).rejects.toThrow(
    `expected at most ${2 ** 22 + 36 * length} bytes of them, found ${20 * 4 * 99_980}`,
  );
});

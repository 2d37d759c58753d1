import { join } from 'node:path';
import { fileSource, openZip, type ZipArchive } from '@ds/files';
import { loadCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import { pickleGlobal, unpickle, type PickleGlobal } from '../../src/pickle/unpickle.js';
import { temporaryFolder } from '../../../test-support/src/temporary-folder.js';

const golden = join(__dirname, '../golden/checkpoints');
const folder = temporaryFolder();

async function opened<Result>(path: string, use: (zip: ZipArchive) => Promise<Result>): Promise<Result> {
  const source = await fileSource(path);
  try {
    return await use(await openZip(source));
  } finally {
    await source.close();
  }
}

async function entryOf(zip: ZipArchive, name: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const entry = [...zip.entries.values()].find((found) => found.name.endsWith(`/${name}`))!;
  for await (const piece of zip.read(entry)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A pickle of a state dict as plain values: every call with its arguments, every storage with its id. */
function described(bytes: Uint8Array): Map<unknown, unknown> {
  return unpickle(bytes, {
    findGlobal: (module, name) =>
      pickleGlobal(`${module}.${name}`, (args) => (name === 'OrderedDict' ? new Map() : { [name]: args })),
    persistentLoad: (id) => ({
      id: (id as unknown[]).map((part) => (part as Partial<PickleGlobal>).name ?? part),
    }),
  }) as Map<unknown, unknown>;
}

// What torch.load needs of a file: the arguments of _rebuild_tensor_v2, the storages' ids, the byte order and version.
it.each(['torchrec.pt', 'dtypes.pt'])(
  'describes the tensors of %s in the same way as PyTorch 2.15 does',
  async (file) => {
    const ours = join(folder, file);
    await saveCheckpoint(ours, await loadCheckpoint(join(golden, file)));
    const read = (path: string) =>
      opened(path, async (zip) => ({
        pickle: described(await entryOf(zip, 'data.pkl')),
        byteOrder: (await entryOf(zip, 'byteorder')).toString(),
        version: (await entryOf(zip, 'version')).toString(),
      }));
    const [expected, found] = [await read(join(golden, file)), await read(ours)];
    // It is written as float32, which is tested elsewhere.
    for (const { pickle } of [expected, found]) pickle.delete('float64');
    expect(found).toEqual(expected);
  },
);

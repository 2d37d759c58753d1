import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddingTableNames, loadCheckpoint } from '@ds/tensor-files';

const golden = join(__dirname, '../golden/checkpoints');
const { expected } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as {
  /** By file and tensor; what JSON cannot hold (NaN, infinities, -0) is a string. */
  expected: Record<string, Record<string, { shape: number[]; values: (number | string)[] }>>;
};

const writerOf = (file: string) =>
  file.includes('npz') ? 'NumPy 2.4' : file.includes('safetensors') ? 'safetensors 0.8' : 'PyTorch 2.15';

describe('loadCheckpoint', () => {
  it.each(Object.keys(expected).map((file) => [writerOf(file), file]))(
    'matches %s on %s, bit for bit',
    async (_, file) => {
      const stateDict = await loadCheckpoint(join(golden, file));
      const tensors = expected[file]!;
      // The safetensors package writes its tensors in an order of its own.
      expect(Object.keys(stateDict).sort()).toEqual(Object.keys(tensors).sort());
      if (/(ckpt|pt|pth)$/.test(file)) expect(Object.keys(stateDict)).toEqual(Object.keys(tensors));
      for (const [name, { shape, values }] of Object.entries(tensors)) {
        const tensor = stateDict[name]!;
        expect([name, tensor.shape]).toEqual([name, shape]);
        const wanted = Float32Array.from(values, (value) => (value === '-0.0' ? -0 : jsNumber(value)));
        expect([name, tensor.data]).toEqual([name, wanted]);
        expect(tensor.data.byteLength).toBe(tensor.data.buffer.byteLength); // nothing else is kept alive
      }
    },
  );

  it('gives tied weights one array, and views of one storage arrays of their own', async () => {
    const stateDict = await loadCheckpoint(join(golden, 'shared-storages.pt'));
    expect(stateDict.tied!.data).toBe(stateDict.whole!.data);
    expect(stateDict['first rows']!.data.buffer).not.toBe(stateDict.whole!.data.buffer);
  });

  it.each(['protocol-2.ckpt', 'dtypes.safetensors', 'stored.npz', 'packed-ckpt.zip'])(
    'puts embedding tables, and nothing else, over shared memory if asked to: %s',
    async (file) => {
      const path = join(golden, file);
      for (const [name, { data }] of Object.entries(await loadCheckpoint(path, { shared: true }))) {
        expect([name, data.buffer instanceof SharedArrayBuffer]).toEqual([name, name.startsWith('emb_l.')]);
      }
      for (const { data } of Object.values(await loadCheckpoint(path))) {
        expect(data.buffer).toBeInstanceOf(ArrayBuffer);
      }
    },
  );
});

describe('embeddingTableNames', () => {
  it('finds the tables of TorchRec by their names', async () => {
    const names = embeddingTableNames(await loadCheckpoint(join(golden, 'torchrec.pt')));
    expect(names.map((name) => name.split('.').at(-2))).toEqual(['t_cat_0', 't_cat_1', 't_cat_2']);
  });

  it('gives the tables of DLRM in the order of their numbers', () => {
    const stateDict = { 'emb_l.10.weight': 0, 'bot_l.0.weight': 0, 'emb_l.2.weight': 0, 'emb_l.2.bias': 0 };
    expect(embeddingTableNames(stateDict)).toEqual(['emb_l.2.weight', 'emb_l.10.weight']);
  });
});

function jsNumber(value: number | string): number {
  return typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity'));
}

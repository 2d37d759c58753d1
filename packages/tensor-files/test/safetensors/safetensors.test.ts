import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCheckpoint } from '@ds/tensor-files';
import { isFloatTensor, readFloatTensor, readSafetensorsHeader } from '../../src/safetensors.js';

const golden = join(__dirname, '../golden/checkpoints');

/** A file as a browser has it. */
function blobSource(name: string) {
  const blob = new Blob([readFileSync(join(golden, name))]);
  return {
    name,
    size: blob.size,
    async readInto(target: Uint8Array, position: number) {
      target.set(new Uint8Array(await blob.slice(position, position + target.length).arrayBuffer()));
    },
  };
}

test.each(['dtypes.safetensors', 'torchrec.safetensors'])(
  'the tensors of %s, one by one from a Blob, are those of loadCheckpoint',
  async (file) => {
    const source = blobSource(file);
    const read = [];
    for (const [name, entry] of await readSafetensorsHeader(source)) {
      expect(isFloatTensor(entry)).toBe(true);
      read.push([name, { data: await readFloatTensor({ source, name, entry }), shape: entry.shape }]);
    }
    const loaded = Object.entries(await loadCheckpoint(join(golden, file)));
    expect(Object.fromEntries(read)).toEqual(
      Object.fromEntries(loaded.map(([name, { data, shape }]) => [name, { data, shape }])),
    );
  },
);

test('a tensor of whole numbers is told apart, and refused by name', async () => {
  const source = blobSource('refused/int64.safetensors');
  const entry = (await readSafetensorsHeader(source)).get('emb_l.0.weight')!;
  expect(isFloatTensor(entry)).toBe(false);
  await expect(readFloatTensor({ source, name: 'emb_l.0.weight', entry })).rejects.toThrow(
    'int64.safetensors: emb_l.0.weight: expected dtype F32, F16, BF16 or F64, found I64',
  );
});

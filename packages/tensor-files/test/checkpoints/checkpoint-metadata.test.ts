import { join } from 'node:path';
import fc from 'fast-check';
import { MixedPrecisionTable, SparseTable } from '@ds/data-sparsifier';
import {
  loadCheckpoint,
  loadModelTensors,
  saveCheckpoint,
  saveMixedCheckpoint,
  saveSparseCheckpoint,
  type CheckpointMetadata,
} from '@ds/tensor-files';
import { readSafetensorsHeader } from '@ds/tensor-files/safetensors';
import { fileSource } from '@ds/files';
import { metadataComment, metadataFrom } from '../../src/checkpoints/checkpoint-metadata.js';
import { temporaryFolder } from '../../../test-support/src/temporary-folder.js';
import { readFileSync } from 'node:fs';

const folder = temporaryFolder();
const golden = join(__dirname, '../golden/checkpoints');
const table = { data: Float32Array.of(1, 0, 0, 2), shape: [2, 2] };
const tensors = { bias: { data: Float32Array.of(3), shape: [1] } };

async function read(path: string, load: typeof loadCheckpoint | typeof loadModelTensors = loadCheckpoint) {
  const found: CheckpointMetadata[] = [];
  const state = await load(path, { onMetadata: (metadata) => void found.push(metadata) });
  expect(found).toHaveLength(1);
  return { state, metadata: found[0]! };
}

it.each(['x.ckpt', 'x.pt', 'x.safetensors', 'x.npz'])('is written to %s and read again', async (name) => {
  const path = join(folder, name);
  const texts = fc.dictionary(
    fc
      .string({ unit: 'binary', maxLength: 9 })
      .filter((key) => !['format', 'sparse', 'mixed_precision', '__proto__'].includes(key)),
    fc.string({ unit: 'binary', maxLength: 99 }),
    { maxKeys: 4, noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(texts, async (metadata) => {
      await saveCheckpoint(path, { table, ...tensors }, { metadata });
      for (const load of [loadCheckpoint, loadModelTensors]) {
        expect(await read(path, load)).toEqual({ state: { table, ...tensors }, metadata });
      }
    }),
    { numRuns: 25 },
  );
});

it('changes no byte of a file that has none', async () => {
  for (const name of ['none.ckpt', 'none.npz', 'none.safetensors']) {
    const path = join(folder, name);
    await saveCheckpoint(path, tensors);
    const bytes = readFileSync(path);
    await saveCheckpoint(path, tensors, { metadata: {} });
    expect(readFileSync(path)).toEqual(bytes);
    expect((await read(path)).metadata).toEqual({});
  }
});

it('stands next to sparse and mixed-precision tables, whose own descriptions are no part of it', async () => {
  const metadata = { ids_sha256: 'abc' };
  const sparse = join(folder, 'sparse.safetensors');
  await saveSparseCheckpoint(sparse, {
    tables: { table: SparseTable.fromDense({ table: { ...table, shape: [2, 2] } }) },
    tensors,
    metadata,
  });
  expect(await read(sparse)).toEqual({ state: { table, ...tensors }, metadata });
  const mixed = join(folder, 'mixed.safetensors');
  const bits = Uint8Array.of(32, 32);
  await saveMixedCheckpoint(mixed, {
    tables: { table: MixedPrecisionTable.fromDense({ table: { ...table, shape: [2, 2] }, bits }) },
    tensors,
    metadata,
  });
  expect(await read(mixed)).toEqual({ state: { table, ...tensors }, metadata });
  const source = await fileSource(mixed);
  expect((await readSafetensorsHeader(source)).size).toBeGreaterThan(1);
  await source.close();
});

it('is not what PyTorch keeps of its modules (the _metadata of a state dict)', async () => {
  const path = join(golden, 'training.pt');
  expect((await read(path)).metadata).toEqual({});
});

describe('metadata of any value', () => {
  it('are its texts, of a map or an object', () => {
    const expected = { a: 'b', c: '' };
    expect(metadataFrom({ a: 'b', n: 1, c: '', o: {} })).toEqual(expected);
    expect(
      metadataFrom(
        new Map<unknown, unknown>([
          ['a', 'b'],
          [1, 'x'],
          ['n', null],
          ['c', ''],
        ]),
      ),
    ).toEqual(expected);
    for (const other of [null, undefined, 'text', 1, ['a', 'b'], new Map()])
      expect(metadataFrom(other)).toEqual({});
  });

  it('are at most a hundred, of at most a thousand characters each', () => {
    const texts = {
      a: 'x'.repeat(999),
      b: 'x'.repeat(1000),
      [`${'c'.repeat(1000)}`]: '',
      [`${'d'.repeat(1000)}`]: 'x',
    };
    expect(Object.keys(metadataFrom(texts))).toEqual(['a', 'c'.repeat(1000)]);
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`k${i}`, 'x']));
    expect(Object.keys(metadataFrom(many))).toEqual(Object.keys(many).slice(0, 100));
  });

  it('are JSON in ASCII as the comment of an archive', () => {
    expect(metadataComment({})).toBe('');
    expect(metadataComment({ 'é\x7f': '~ ߿漢🎉' })).toBe(
      '{"\\u00e9\\u007f":"~ \\u07ff\\u6f22\\ud83c\\udf89"}',
    );
  });
});

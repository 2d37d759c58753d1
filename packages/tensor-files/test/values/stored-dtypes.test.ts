import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { MixedPrecisionTable, SparseTable } from '@ds/data-sparsifier';
import {
  loadCheckpoint,
  saveCheckpoint,
  saveMixedCheckpoint,
  saveSparseCheckpoint,
  type StateDict,
} from '@ds/tensor-files';
import { temporaryFolder } from '../../../test-support/src/temporary-folder.js';

const folder = temporaryFolder();
// Written by PyTorch and safetensors (parity/checkpoints/checkpoints.py).
const golden = join(__dirname, '../golden/checkpoints');

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** A tensor of whole numbers as it is read. */
function integers(dtype: keyof typeof arrays, values: readonly number[]) {
  const typed =
    dtype === 'int64'
      ? BigInt64Array.from(values, BigInt)
      : (arrays[dtype] as typeof Int32Array).from(values);
  const bytes = new Uint8Array(typed.buffer);
  return { data: Float32Array.from(values), shape: [values.length], stored: { dtype, bytes } };
}

const kept: StateDict = {
  weight: { data: Float32Array.of(1.5, -2), shape: [2] },
  steps: integers('int64', [0, -1, 2 ** 53, -(2 ** 40)]),
  mask: integers('bool', [1, 0, 1]),
  small: integers('int8', [-128, 127]),
  bytes: integers('uint8', [0, 255, 3]),
  short: integers('int16', [-32768, 5]),
  word: integers('int32', [2 ** 31 - 1, -7]),
  half: { data: Float32Array.of(0.5, -65504, 2 ** -24), shape: [3], stored: { dtype: 'float16' } },
};

it.each(['x.ckpt', 'x.safetensors', 'x.npz'])(
  'of every kind are written to %s as they were read',
  async (name) => {
    const path = join(folder, name);
    const brain = { data: Float32Array.of(1, -3.140625), shape: [2], stored: { dtype: 'bfloat16' as const } };
    await saveCheckpoint(path, { ...kept, brain });
    const expected = name.endsWith('.npz') ? { data: brain.data, shape: brain.shape } : brain; // NumPy has none
    expect(await loadCheckpoint(path)).toEqual({ ...kept, brain: expected });
  },
);

it.each(['dtypes.pt', 'dtypes.safetensors'])(
  'of the floating point tensors that Python wrote into %s are kept',
  async (name) => {
    const first = await loadCheckpoint(join(golden, name));
    expect(Object.values(first).map(({ stored }) => stored?.dtype)).toEqual(
      expect.arrayContaining(['float16', 'bfloat16', undefined]),
    );
    const path = join(folder, `again-${name}`);
    await saveCheckpoint(path, first);
    const second = await loadCheckpoint(path);
    expect(second).toEqual(first);
    await saveCheckpoint(join(folder, `third-${name}`), second);
    expect(readFileSync(join(folder, `third-${name}`))).toEqual(readFileSync(path));
  },
);

it('stand next to sparse and mixed-precision tables', async () => {
  const table = { data: Float32Array.of(1, 0, 0, 2), shape: [2, 2] as [number, number] };
  const sparse = join(folder, 'sparse.safetensors');
  await saveSparseCheckpoint(sparse, { tables: { table: SparseTable.fromDense({ table }) }, tensors: kept });
  expect(await loadCheckpoint(sparse)).toEqual({ table, ...kept });
  const mixed = join(folder, 'mixed.safetensors');
  const rows = MixedPrecisionTable.fromDense({ table, bits: Uint8Array.of(32, 32) });
  await saveMixedCheckpoint(mixed, { tables: { table: rows }, tensors: kept });
  expect(await loadCheckpoint(mixed)).toEqual({ table, ...kept });
});

it('round to the nearest half, halves to even, as a wider one is narrowed', async () => {
  const path = join(folder, 'rounded.safetensors');
  const nearest = (value: number, digits: number) => {
    // Halves of `digits` binary digits around the value, worked out in float64.
    const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - digits + 1);
    const [below, rest] = [Math.floor(value / step), (value / step) % 1];
    const fraction = rest < 0 ? rest + 1 : rest;
    const up = fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0);
    return (below + (up ? 1 : 0)) * step;
  };
  const normal = fc.float({ min: Math.fround(2 ** -14), max: 60000, noNaN: true });
  await fc.assert(
    fc.asyncProperty(normal, fc.boolean(), async (magnitude, isNegative) => {
      const data = Float32Array.of(isNegative ? -magnitude : magnitude);
      await saveCheckpoint(path, {
        half: { data, shape: [1], stored: { dtype: 'float16' } },
        brain: { data, shape: [1], stored: { dtype: 'bfloat16' } },
      });
      const { half, brain } = await loadCheckpoint(path);
      expect([half!.data[0], brain!.data[0]]).toEqual([nearest(data[0]!, 11), nearest(data[0]!, 8)]);
    }),
    { numRuns: 60 },
  );
});

it('of an embedding table may not be whole numbers', async () => {
  const path = join(folder, 'table.ckpt');
  await saveCheckpoint(path, { 'emb_l.0.weight': { ...integers('int64', [1, 2]), shape: [1, 2] } });
  await expect(loadCheckpoint(path)).rejects.toThrow(
    'emb_l.0.weight: expected float32, float16, bfloat16 or float64 values, found int64',
  );
});

it('of sparse and float64 tensors are not kept, which is said', async () => {
  const notes: string[] = [];
  const path = join(golden, 'sparse.pt');
  const read = await loadCheckpoint(path, { onNote: (note) => notes.push(note) });
  expect(notes).toEqual([
    `${path}: sparse in the file, read and written as dense: emb_l.0.weight and 12 more`,
    `${path}: float64 in the file, rounded to float32 and written as such: double`,
  ]);
  expect(
    Object.entries(read).flatMap(([name, { stored }]) => (stored ? [[name, stored.dtype]] : [])),
  ).toEqual([
    ['half', 'float16'],
    ['integers', 'int64'],
  ]);
  expect(new BigInt64Array(read['integers']!.stored!.bytes!.slice().buffer)).toEqual(
    BigInt64Array.of(0n, 2n ** 60n + 1n, -5n, 0n),
  );
  for (const name of ['dtypes.safetensors', 'stored.npz']) {
    const said: string[] = [];
    await loadCheckpoint(join(golden, name), { onNote: (note) => said.push(note) });
    expect(said).toEqual([expect.stringMatching(/: float64 in the file, .*: (float64|double)$/)]);
  }
});

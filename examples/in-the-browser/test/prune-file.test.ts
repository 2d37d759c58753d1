import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataNormSparsifier, type Table } from '@ds/data-sparsifier';
import { loadCheckpoint } from '@ds/tensor-files';
import { dump, parse } from 'npyjs';
import type { Settings } from '../src/messages';
import { openTensorFile } from '../src/tensors/open-tensor-file';
import { Pruner } from '../src/pruning/pruner';

const checkpoints = join(__dirname, '../../../packages/tensor-files/test/golden/checkpoints');
const settings = { level: 0.5, blockShape: [1, 2], norm: 'L2' } satisfies Partial<Settings>;

async function prune(file: File, names: string[]): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  const pruner = new Pruner(await openTensorFile(file));
  const answer = await pruner.prunedFile({ ...settings, blockShape: [1, 2], names, shown: names[0]! });
  if (answer.type !== 'pruned-file') throw new Error(answer.type);
  return { name: answer.name, bytes: new Uint8Array(await answer.file.arrayBuffer()) };
}

/** What the sparsifier leaves of a table. */
function sparsified(table: Table): Float32Array {
  const copy = { data: table.data.slice(), shape: table.shape };
  const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.5, sparseBlockShape: [1, 2], norm: 'L2' });
  sparsifier.addData('table', copy).step();
  sparsifier.squashMask();
  return copy.data;
}

const values = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i + 1));

test.each([
  ['float16', 2],
  ['bfloat16', 2],
  ['float32', 4],
  ['float64', 8],
])('prunes a safetensors tensor of %s and leaves every other byte', async (dtype) => {
  const folder = mkdtempSync(join(tmpdir(), 'in-the-browser-test-'));
  try {
    const path = join(checkpoints, 'dtypes.safetensors');
    const before = await loadCheckpoint(path);
    const name = Object.keys(before).find((key) => key.includes(dtype))!;
    const pruned = await prune(new File([readFileSync(path)], 'dtypes.safetensors'), [name]);
    expect(pruned.name).toBe('dtypes-pruned-0.50.safetensors');
    expect(pruned.bytes).toHaveLength(readFileSync(path).length);
    const after = join(folder, pruned.name);
    writeFileSync(after, pruned.bytes);
    const expected = { ...before, [name]: { ...before[name]!, data: sparsified(before[name]!) } };
    expect(expected[name]!.data).not.toEqual(before[name]!.data);
    expect(await loadCheckpoint(after)).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  ['float32', values],
  ['float64', Float64Array.from(values)],
])('prunes an npy array of %s and leaves its header', async (_, data) => {
  const file = new Uint8Array(dump(data, [5, 8]));
  const pruned = await prune(new File([file], 'table.npy'), ['table']);
  expect(parse(pruned.bytes.buffer).data).toEqual(
    (data.constructor as typeof Float32Array).from(sparsified({ data: values, shape: [5, 8] })),
  );
  const header = file.length - data.byteLength;
  expect(pruned.bytes.subarray(0, header)).toEqual(file.subarray(0, header));
});

test('prunes an npy array in Fortran order by its rows', async () => {
  // The same numbers, column by column.
  const columns = Float32Array.from(values, (_, i) => values[(i % 5) * 8 + Math.floor(i / 5)]!);
  const file = new Uint8Array(dump(columns, [5, 8]));
  const text = Buffer.from(file)
    .toString('latin1')
    .replace(/('fortran_order': ?)False,/, '$1True ,');
  const fortran = Buffer.from(text, 'latin1');
  expect(parse(new Uint8Array(fortran).buffer).fortranOrder).toBe(true);
  const pruned = await prune(new File([fortran], 'table.npy'), ['table']);
  const expected = sparsified({ data: values, shape: [5, 8] });
  expect(parse(pruned.bytes.buffer).data).toEqual(
    columns.map((_, i) => expected[(i % 5) * 8 + Math.floor(i / 5)]!),
  );
});

test('the sizes are those of the file, and shrink with the level', async () => {
  const table = Float32Array.from({ length: 1600 }, (_, i) => Math.sin(i * i + 1));
  const pruner = new Pruner(await openTensorFile(new File([dump(table, [100, 16])], 'table.npy')));
  const names = ['table'];
  const sizes = [];
  for (const level of [0, 0.5, 1]) {
    sizes.push(await pruner.sizes({ ...settings, blockShape: [1, 4], names, shown: 'table', level }));
  }
  expect(sizes.map(({ dense }) => dense)).toEqual([6400, 6400, 6400]);
  const [none, half, all] = sizes;
  // A value takes 4 bytes, a block one bit, and there is little else.
  expect(none!.sparse).toBeGreaterThan(6400);
  expect(half!.sparse).toBeGreaterThan(3200);
  expect(half!.sparse).toBeLessThan(3400);
  expect(all!.sparse).toBeLessThan(100);
  expect(half!.deflated).toBeLessThan(0.65 * none!.deflated);
  expect(all!.deflated).toBeLessThan(100);
});

test.each([
  ['model.ckpt', 'PK', 'model.ckpt: expected a .safetensors or .npy file'],
  ['table.npy', 'a,b\n1,2\n', 'table.npy: expected an npy file of floats: Not an .npy file'],
  ['table.npy', '', 'table.npy: expected an npy file of floats: '],
  [
    'ids.npy',
    dump(new Int32Array(4), [2, 2]),
    'ids.npy: expected values of float16, float32 or float64, found i4',
  ],
  ['empty.npy', dump(new Float32Array(0), [0, 4]), 'empty.npy: the array has the shape (0, 4): it is empty'],
  [
    'cube.npy',
    dump(new Float32Array(8), [2, 2, 2]),
    'cube.npy: the array has the shape (2, 2, 2): it has more than two dimensions',
  ],
  [
    'short.npy',
    dump(new Float32Array(8), [2, 4]).slice(0, -4),
    'short.npy: expected 8 values for the shape (2, 4), found 7',
  ],
  ['model.safetensors', '{}', 'model.safetensors: truncated: expected at least 8 bytes, found 2'],
  [
    'int64.safetensors',
    readFileSync(join(checkpoints, 'refused/int64.safetensors')),
    'its values are I64, not F32, F16, BF16 or F64',
  ],
])('%s that is no such file is refused with its name', async (name, content, message) => {
  await expect(openTensorFile(new File([content], name))).rejects.toThrow(message);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZipWriter } from '@ds/files';
import fc from 'fast-check';
import { readNpz, writeNpz, type NpyData } from '@ds/tensor-files/npz';

const folder = mkdtempSync(join(tmpdir(), 'npz-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (name: string) => join(__dirname, '../../../criteo-data/test/golden', name);

async function zipOf(path: string, entries: Record<string, Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void pieces.push(bytes.slice()));
  for (const [name, bytes] of Object.entries(entries)) await zip.addDeflated(name, [bytes]);
  await zip.finish();
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

function npy(dictionary: string, elements = new Uint8Array(0), version = 1): Uint8Array {
  const text = Buffer.from(`${dictionary}\n`);
  const start = Buffer.alloc(version === 1 ? 10 : 12);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(text.length, 8);
  else start.writeUInt32LE(text.length, 8);
  return Buffer.concat([start, text, elements]);
}

const dictionary = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe('readNpz', () => {
  it('reads every element type that NumPy 2.4 writes, in C and Fortran order', async () => {
    const expected = JSON.parse(readFileSync(golden('preprocessing/npz/arrays.json'), 'utf8')).arrays;
    for (const file of ['preprocessing/npz/compressed.npz', 'preprocessing/npz/stored.npz']) {
      const arrays = await readNpz(golden(file));
      expect(Object.keys(arrays)).toEqual(Object.keys(expected));
      for (const [name, { dtype, shape, values }] of Object.entries<{
        dtype: string;
        shape: number[];
        values: string[];
      }>(expected)) {
        expect({ name, dtype: arrays[name]!.dtype, shape: arrays[name]!.shape }).toEqual({
          name,
          dtype,
          shape,
        });
        expect([
          name,
          ...Array.from<number | bigint>(arrays[name]!.data as Float64Array).map(String),
        ]).toEqual([name, ...values]);
      }
    }
  });

  it('reads headers of any length and of versions 1 to 3', async () => {
    const elements = new Uint8Array(Float64Array.of(1.5, -2).buffer);
    for (const version of [1, 2, 3]) {
      for (let spaces = 0; spaces < 17; spaces++) {
        const bytes = npy(dictionary('<f8', '(2,)') + ' '.repeat(spaces), elements, version);
        const { a } = await readNpz(await zipOf(join(folder, 'header.npz'), { 'a.npy': bytes }));
        expect(a).toEqual({ data: Float64Array.of(1.5, -2), shape: [2], dtype: 'float64' });
      }
    }
  });

  it.each([
    [
      'more elements than bytes',
      dictionary('<f8', '(3,)'),
      16,
      'expected 24 bytes for float64 of shape (3), found 16',
    ],
    [
      'fewer elements than bytes',
      dictionary('<i4', '(2, 1)'),
      12,
      'expected 8 bytes for int32 of shape (2, 1), found 12',
    ],
    ['a huge shape', dictionary('<f8', '(1000000, 1000000)'), 8, 'expected 8000000000000 bytes'],
    [
      'an overflowing shape',
      dictionary('<f8', `(${Array(60).fill('9999999').join(', ')})`),
      8,
      'bytes for float64',
    ],
    [
      'a shape that is no number',
      dictionary('<f8', '(1.5,)'),
      8,
      'expected a shape of whole numbers, found (1.5)',
    ],
    ['a negative size', dictionary('<f8', '(-1,)'), 8, 'found (-1)'],
    ['negative sizes whose product is positive', dictionary('<f8', '(-1, -1)'), 8, 'found (-1, -1)'],
    ['objects', dictionary('|O', '(1,)'), 8, '|O'],
    ['text', dictionary('<U2', '(1,)'), 8, 'U2'],
    ['big-endian numbers', dictionary('>f8', '(1,)'), 8, '>f8'],
    [
      'a structured type',
      `{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }`,
      8,
      'Malformed',
    ],
    ['no header', '', 0, 'not an npy array'],
  ])('refuses an array with %s', async (_, header, bytes, message) => {
    const path = await zipOf(join(folder, 'bad.npz'), { 'X_cat.npy': npy(header, new Uint8Array(bytes)) });
    await expect(readNpz(path)).rejects.toThrow(`${path}: array "X_cat": `);
    await expect(readNpz(path)).rejects.toThrow(message);
  });

  it('refuses what is no npy array, a header that is cut off, and an archive without arrays', async () => {
    const path = join(folder, 'bad.npz');
    await zipOf(path, { 'a.npy': Buffer.from('hello, world') });
    await expect(readNpz(path)).rejects.toThrow('array "a": not an npy array');
    await zipOf(path, { 'a.npy': npy(dictionary('<f8', '(1,)')).subarray(0, 30) });
    await expect(readNpz(path)).rejects.toThrow(/array "a": expected an npy header of \d+ bytes, found 30/);
    await zipOf(path, { 'a.txt': Buffer.from('hello') });
    await expect(readNpz(path)).rejects.toThrow(`${path}: expected an npz file, found no .npy array`);
  });

  it('refuses a file cut off anywhere, and one that does not exist', async () => {
    const whole = readFileSync(golden('preprocessing/14-rows/processed.npz'));
    const path = join(folder, 'cut.npz');
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(readNpz(path)).rejects.toThrow(path);
    }
    await expect(readNpz(join(folder, 'none.npz'))).rejects.toThrow('none.npz: no such file');
  });

  it('refuses elements that were changed', async () => {
    const path = join(folder, 'changed.npz');
    await writeNpz(path, { a: { data: Int32Array.from({ length: 1000 }, (_, i) => i * i) } });
    const bytes = readFileSync(path);
    bytes[400]! ^= 1;
    writeFileSync(path, bytes);
    await expect(readNpz(path)).rejects.toThrow(path);
  });
});

describe('writeNpz', () => {
  const arrays = fc.oneof(
    fc.int8Array(),
    fc.uint8Array(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.float32Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.bigUint64Array(),
  );

  it('writes what readNpz reads back', async () => {
    const path = join(folder, 'round.npz');
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), arrays, { minKeys: 1 }),
        async (input) => {
          const safe = Object.fromEntries(
            Object.entries(input).map(([, data], i) => [`array ${i}`, { data }]),
          );
          await writeNpz(path, safe);
          const found = await readNpz(path);
          expect(Object.keys(found)).toEqual(Object.keys(safe));
          for (const [name, { data }] of Object.entries(safe)) {
            expect(found[name]!.data).toEqual(data);
            expect(found[name]!.shape).toEqual([data.length]);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('writes the same bytes for the same arrays, with headers like those of NumPy', async () => {
    const data = Int32Array.of(1, 2, 3, 4, 5, 6);
    await writeNpz(join(folder, 'a.npz'), { a: { data, shape: [2, 3] }, b: { data: BigInt64Array.of(7n) } });
    await writeNpz(join(folder, 'b.npz'), { a: { data, shape: [2, 3] }, b: { data: BigInt64Array.of(7n) } });
    expect(readFileSync(join(folder, 'a.npz'))).toEqual(readFileSync(join(folder, 'b.npz')));
    expect((await readNpz(join(folder, 'a.npz')))['a']).toEqual({ data, shape: [2, 3], dtype: 'int32' });
  });

  it.each<[string, { data: NpyData; shape?: number[]; dtype?: string }, string]>([
    [
      'a shape that does not fit',
      { data: new Float32Array(6), shape: [2, 2] },
      'expected 4 elements for shape (2, 2), found 6',
    ],
    [
      'a dtype that does not fit',
      { data: new Float32Array(6), dtype: 'float64' },
      'expected data for float64, found a Float32Array',
    ],
    [
      'a dtype of the same size',
      { data: new Float32Array(6), dtype: 'int32' },
      'expected data for int32, found a Float32Array',
    ],
    [
      'bytes for halves',
      { data: new Uint8Array(6), dtype: 'float16' },
      'expected data for float16, found a Uint8Array',
    ],
    ['an unknown dtype', { data: new Float32Array(6), dtype: 'complex64' }, 'unsupported dtype complex64'],
  ])('refuses %s and leaves the earlier file', async (_, array, message) => {
    const path = join(folder, 'earlier.npz');
    writeFileSync(path, 'earlier');
    await expect(writeNpz(path, { table: array })).rejects.toThrow(`${path}: array "table": ${message}`);
    expect(readFileSync(path, 'utf8')).toBe('earlier');
  });

  it('writes arrays that are read back in many pieces', async () => {
    const path = join(folder, 'long.npz');
    // A few hundred kilobytes, also when deflated.
    const data = Float64Array.from({ length: 100_003 }, (_, at) => Math.sin(at));
    const bytes = Uint8Array.from({ length: 300_001 }, (_, at) => (at * at) >> 3);
    await writeNpz(path, { a: { data }, b: { data: bytes } });
    const { a, b } = await readNpz(path);
    expect(Buffer.compare(new Uint8Array(a!.data.buffer), new Uint8Array(data.buffer))).toBe(0);
    expect(Buffer.compare(b!.data as Uint8Array, bytes)).toBe(0);
  });

  it('takes dtypes by name and by code', async () => {
    const path = join(folder, 'types.npz');
    const bits = Uint8Array.of(1, 0);
    await writeNpz(path, { a: { data: bits, dtype: 'bool' }, b: { data: bits, dtype: '|u1' } });
    const { a, b } = await readNpz(path);
    expect([a!.dtype, b!.dtype]).toEqual(['bool', 'uint8']);
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  loadCheckpoint,
  loadModelTensors,
  loadSparseCheckpoint,
  saveSparseCheckpoint,
  type SparseTableLike,
} from '@ds/tensor-files';

const folder = mkdtempSync(join(tmpdir(), 'sparse-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A sparse table made the plain way: a block is kept where any of its bits is set. */
function sparse(dense: Float32Array, [rows, dim]: [number, number], blockWidth: number): SparseTableLike {
  const bits = new Uint32Array(dense.buffer);
  const rowBits: boolean[] = [];
  const blockBits: boolean[] = [];
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) {
    const blocks: number[][] = [];
    for (let column = 0; column < dim; column += blockWidth) {
      const block = [...bits.subarray(row * dim + column, row * dim + Math.min(column + blockWidth, dim))];
      blocks.push([...block, ...new Array<number>(blockWidth - block.length).fill(0)]);
    }
    const isKept = blocks.map((block) => block.some((value) => value !== 0));
    rowBits.push(isKept.some(Boolean));
    if (!rowBits.at(-1)) continue;
    blockBits.push(...isKept);
    kept.push(...blocks.filter((_, i) => isKept[i]).flat());
  }
  const bitmaps = {
    rowBits: packed(rowBits),
    blockBits: packed(blockBits),
    values: new Float32Array(Uint32Array.from(kept).buffer),
  };
  return {
    rows,
    dim,
    blockWidth,
    storedRows: rowBits.filter(Boolean).length,
    keptBlocks: blockBits.filter(Boolean).length,
    bitmaps: () => bitmaps,
  };
}

function packed(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => bit && (bytes[i >> 3]! |= 1 << (i & 7)));
  return bytes;
}

const tables = fc
  .record({
    rows: fc.nat({ max: 20 }),
    dim: fc.integer({ min: 1, max: 9 }),
    blockWidth: fc.constantFrom(1, 3, 4),
  })
  .chain(({ rows, dim, blockWidth }) =>
    fc
      .array(fc.oneof(fc.constant(0), fc.constant(0), fc.constant(0x80000000), fc.nat({ max: 0xffffffff })), {
        minLength: rows * dim,
        maxLength: rows * dim,
      })
      // Any bits: -0, infinities and NaN with a payload are values like others.
      .map((bits) => ({ rows, dim, blockWidth, dense: new Float32Array(Uint32Array.from(bits).buffer) })),
  );
const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

describe('a sparse checkpoint', () => {
  it('loads as the tables that were saved, and as the dense ones they stand for, bit for bit', async () => {
    const path = join(folder, 'x.safetensors');
    await fc.assert(
      fc.asyncProperty(fc.array(tables, { minLength: 1, maxLength: 3 }), async (made) => {
        const named = made.map((table, i) => [`emb_l.${i}.weight`, table] as const);
        const bias = { data: Float32Array.of(1, 2, 3), shape: [3] };
        await saveSparseCheckpoint(path, {
          tables: Object.fromEntries(
            named.map(([name, { dense, rows, dim, blockWidth }]) => [
              name,
              sparse(dense, [rows, dim], blockWidth),
            ]),
          ),
          tensors: { 'bot_l.0.bias': bias },
        });
        const loaded = await loadSparseCheckpoint(path);
        const dense = await loadCheckpoint(path);
        expect(loaded.tensors).toEqual({ 'bot_l.0.bias': bias });
        expect(dense['bot_l.0.bias']).toEqual(bias);
        for (const [name, table] of named) {
          const expected = sparse(table.dense, [table.rows, table.dim], table.blockWidth).bitmaps();
          expect(loaded.tables[name]).toMatchObject({
            rows: table.rows,
            dim: table.dim,
            blockWidth: table.blockWidth,
          });
          expect(loaded.tables[name]!.rowBits).toEqual(expected.rowBits);
          expect(loaded.tables[name]!.blockBits).toEqual(expected.blockBits);
          expect(bitsOf(loaded.tables[name]!.values)).toEqual(bitsOf(expected.values));
          expect(dense[name]!.shape).toEqual([table.rows, table.dim]);
          expect(bitsOf(dense[name]!.data)).toEqual(bitsOf(table.dense));
        }
      }),
      { numRuns: 60 },
    );
  });

  const small = () => sparse(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0), [3, 4], 1);

  /** The file of the small table with one field's bytes changed. */
  async function changed(
    change: (header: Record<string, HeaderEntry>, data: Buffer) => void,
  ): Promise<string> {
    const path = join(folder, 'changed.safetensors');
    await saveSparseCheckpoint(path, { tables: { w: small() }, tensors: {} });
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, HeaderEntry>;
    const data = bytes.subarray(8 + length);
    change(header, data);
    const text = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(path, Buffer.concat([size, text, data]));
    return path;
  }
  interface HeaderEntry {
    dtype: string;
    shape: number[];
    data_offsets: [number, number];
  }
  const at = (header: Record<string, HeaderEntry>, field: string) => header[`w.${field}`]!.data_offsets[0];
  const retype = (field: string, dtype: string) => (header: Record<string, HeaderEntry>) =>
    (header[`w.${field}`]!.dtype = dtype);
  const lastEntry = (header: Record<string, HeaderEntry>) => header['w.bitmask']!;

  it.each([
    [{ storedRows: 3 }, 'w.bitmask: expected 2 bytes for 3 stored rows, found 1'],
    [{ keptBlocks: 3 }, 'w.compressed: expected 3 values for shape (3), found 2'],
  ])('is not written for a table with other sizes than it says: %j', async (sizes, message) => {
    const path = join(folder, 'other-sizes.safetensors');
    const table = { ...small(), ...sizes };
    await expect(saveSparseCheckpoint(path, { tables: { w: table }, tensors: {} })).rejects.toThrow(message);
    expect(readdirSync(folder).filter((name) => name.includes('other-sizes'))).toEqual([]);
  });

  it.each<[string, (header: Record<string, HeaderEntry>, data: Buffer) => void, string]>([
    [
      'a row too many',
      (header, data) => (data[at(header, 'row_bitmask')] = 0b111),
      'w.bitmask: expected 2 bytes for 12 bits, found 1',
    ],
    [
      'a row past the end',
      (header, data) => (data[at(header, 'row_bitmask')] = 0b1001),
      'w.row_bitmask: has ones after its 3 bits',
    ],
    [
      'a block too many',
      (header, data) => (data[at(header, 'bitmask')] = 0b11111111),
      'w.compressed: expected 8 values for 8 kept blocks of 1, found 2',
    ],
    [
      'a block too few',
      (header, data) => (data[at(header, 'bitmask')] = 1),
      'w.compressed: expected 1 values for 1 kept blocks of 1, found 2',
    ],
    [
      'more rows than bits',
      (header, data) => data.writeBigInt64LE(1_000_000_000_000n, at(header, 'shape')),
      'w.row_bitmask: expected 125000000000 bytes for 1000000000000 bits, found 1',
    ],
    [
      'rows without end',
      (header, data) => data.writeBigInt64LE(2n ** 62n, at(header, 'shape')),
      'w.shape: expected two sizes, found (4611686018427387904, 4)',
    ],
    [
      'a row of 10^12 values',
      (header, data) => data.writeBigInt64LE(1_000_000_000_000n, at(header, 'shape') + 8),
      'w.shape: expected 1 to 65536 values in a row, found 1000000000000',
    ],
    [
      'a negative size',
      (header, data) => data.writeBigInt64LE(-1n, at(header, 'shape')),
      'w.shape: expected two sizes, found (-1, 4)',
    ],
    [
      'a negative length of rows',
      (header, data) => data.writeBigInt64LE(-4n, at(header, 'shape') + 8),
      'w.shape: expected two sizes, found (3, -4)',
    ],
    [
      'two negative sizes, whose product is positive',
      (header, data) => {
        data.writeBigInt64LE(-3n, at(header, 'shape'));
        data.writeBigInt64LE(-4n, at(header, 'shape') + 8);
      },
      'w.shape: expected two sizes, found (-3, -4)',
    ],
    [
      'more values in all than can be counted',
      (header, data) => data.writeBigInt64LE(2n ** 52n, at(header, 'shape')),
      'w.shape: expected two sizes, found (4503599627370496, 4)',
    ],
    [
      'rows of no values',
      (header, data) => data.writeBigInt64LE(0n, at(header, 'shape') + 8),
      'w.shape: expected 1 to 65536 values in a row, found 0',
    ],
    [
      'a row of one value more than may be',
      (header, data) => data.writeBigInt64LE(65537n, at(header, 'shape') + 8),
      'w.shape: expected 1 to 65536 values in a row, found 65537',
    ],
    [
      'blocks of no values',
      (header, data) => data.writeBigInt64LE(0n, at(header, 'block_shape') + 8),
      'w.block_shape: expected (1, k), found (1, 0)',
    ],
    [
      'blocks of no rows',
      (header, data) => data.writeBigInt64LE(0n, at(header, 'block_shape')),
      'w.block_shape: expected (1, k), found (0, 1)',
    ],
    [
      'blocks of a negative width',
      (header, data) => data.writeBigInt64LE(-1n, at(header, 'block_shape') + 8),
      'w.block_shape: expected two sizes, found (1, -1)',
    ],
    [
      'blocks of two rows',
      (header, data) => data.writeBigInt64LE(2n, at(header, 'block_shape')),
      'w.block_shape: expected (1, k), found (2, 1)',
    ],
    [
      'a field of another name',
      (header) => rename(header, 'w.bitmask', 'v.bitmask'),
      'w.bitmask: is missing from a sparse table',
    ],
    ['bits that are signed', retype('bitmask', 'I8'), 'w.bitmask: expected U8, found I8'],
    ['rows that are booleans', retype('row_bitmask', 'BOOL'), 'w.row_bitmask: expected U8, found BOOL'],
    ['values that are whole', retype('compressed', 'I32'), 'w.compressed: expected F32, found I32'],
    ['sizes that are unsigned', retype('shape', 'U64'), 'w.shape: expected I64, found U64'],
    ['blocks that are fractions', retype('block_shape', 'F64'), 'w.block_shape: expected I64, found F64'],
    [
      'a block that is kept in no row',
      (header, data) => (data[at(header, 'row_bitmask')] = 0b0),
      'w.bitmask: expected 0 bytes for 0 bits, found 1',
    ],
    [
      'offsets past the end',
      (header, data) => {
        const { data_offsets: offsets } = lastEntry(header);
        offsets[0] += data.length;
        offsets[1] += data.length;
      },
      'w.bitmask: its data leaves a hole before it: expected it to begin at 41, found 83',
    ],
    [
      'offsets into another field',
      (header) => {
        const { data_offsets: offsets } = lastEntry(header);
        offsets[0] -= 1;
        offsets[1] -= 1;
      },
      'w.bitmask: its data overlaps another tensor: expected it to begin at 41, found 40',
    ],
    [
      'offsets from the end to the start',
      (header) => lastEntry(header).data_offsets.reverse(),
      'w.bitmask: data_offsets: expected [begin, end], found [42,41]',
    ],
    [
      'a table that is there twice',
      (header) => rename(header, 'w.row_bitmask', 'w'),
      'w.row_bitmask: is missing',
    ],
  ])('with %s is refused before any row is served', async (_, change, message) => {
    const path = await changed(change);
    for (const load of [loadSparseCheckpoint, loadCheckpoint, loadModelTensors]) {
      await expect(load(path)).rejects.toThrow(`${path}: ${message}`);
    }
  });

  it('keeps tensors that are called like fields of tables, and aligns each to the size of its elements', async () => {
    const path = join(folder, 'beside.safetensors');
    const float = { data: Float32Array.of(1, 2, 3), shape: [3] };
    const half = { ...float, stored: { dtype: 'float16' as const } };
    const bool = {
      ...{ data: Float32Array.of(1, 0, 1), shape: [3] },
      stored: { dtype: 'bool' as const, bytes: Uint8Array.of(1, 0, 1) },
    };
    const long = {
      ...{ data: Float32Array.of(7), shape: [1] },
      stored: { dtype: 'int64' as const, bytes: new Uint8Array(BigInt64Array.of(7n).buffer) },
    };
    const tensors = { flag: bool, 'v.shape': float, 'w.scale': half, shape: float, steps: long };
    await saveSparseCheckpoint(path, { tables: { w: small() }, tensors });
    const loaded = await loadSparseCheckpoint(path);
    expect(loaded.tensors).toEqual(tensors);
    expect(Object.keys(loaded.tables)).toEqual(['w']);
    const bytes = readFileSync(path);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, HeaderEntry>;
    const sizes: Record<string, number> = { I64: 8, F32: 4, F16: 2 };
    for (const [name, { dtype, data_offsets: offsets }] of Object.entries(header)) {
      if (name !== '__metadata__')
        expect([name, (start + offsets[0]) % (sizes[dtype] ?? 1)]).toEqual([name, 0]);
    }
  });

  it('cut off anywhere is refused', async () => {
    const path = await changed(() => undefined);
    const bytes = readFileSync(path);
    for (let length = 0; length < bytes.length; length += 3) {
      writeFileSync(path, bytes.subarray(0, length));
      await expect(loadSparseCheckpoint(path)).rejects.toThrow(path);
    }
  });

  it('is refused before it is written when its parts do not agree', async () => {
    const path = join(folder, 'never.safetensors');
    const table = small();
    const broken = { ...table, rows: 30 };
    await expect(saveSparseCheckpoint(path, { tables: { w: broken }, tensors: {} })).rejects.toThrow(
      'w.row_bitmask: expected 4 bytes for 30 bits, found 1',
    );
    const tensors = { w: { data: new Float32Array(1), shape: [1] } };
    await expect(saveSparseCheckpoint(path, { tables: { w: table }, tensors })).rejects.toThrow(
      'w: is both a sparse table and a tensor',
    );
    await expect(saveSparseCheckpoint('x.ckpt', { tables: {}, tensors })).rejects.toThrow(
      'x.ckpt: expected a sparse checkpoint to be called .safetensors, found ".ckpt"',
    );
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});

function rename<Value>(record: Record<string, Value>, from: string, to: string): void {
  record[to] = record[from]!;
  Reflect.deleteProperty(record, from);
}

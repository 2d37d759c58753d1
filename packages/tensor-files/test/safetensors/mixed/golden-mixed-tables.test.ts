import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MixedPrecisionTable } from '@ds/data-sparsifier';
import { loadCheckpoint, loadModelTensors, saveFbgemmTables } from '@ds/tensor-files';
import { readSafetensorsHeader } from '../../../src/safetensors.js';
import { fbgemmTables } from '../../../src/safetensors/mixed/fbgemm-tables.js';

const golden = join(__dirname, '../../golden/mixed-precision');
const { dim, tables } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as {
  dim: number;
  /** Float32 values in hexadecimal, by name. */
  tables: Record<string, string>;
};
const path = join(golden, 'model.safetensors');
const folder = mkdtempSync(join(tmpdir(), 'fbgemm-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a mixed-precision checkpoint that NumPy wrote', () => {
  it.each(Object.keys(tables))('holds %s, bit for bit', async (name) => {
    const expected = new Float32Array(new Uint8Array(Buffer.from(tables[name]!, 'hex')).buffer);
    const table = (await loadModelTensors(path))[name] as MixedPrecisionTable;
    expect(table).toBeInstanceOf(MixedPrecisionTable);
    expect([table.rows, table.dim]).toEqual([expected.length / dim, dim]);
    expect(table.toDense()).toEqual(expected);
    const gathered = new Float32Array(expected.length);
    table.gatherRows(
      Int32Array.from({ length: table.rows }, (_, row) => row),
      gathered,
    );
    expect(gathered).toEqual(expected);
    expect((await loadCheckpoint(path))[name]!.data).toEqual(expected);
  });
});

// That PyTorch's embedding bags give the rows of what it writes is proven by parity/compression/mixed_precision.py.
describe('saveFbgemmTables', () => {
  const save = (bits: number, columns: number, file = 'x.safetensors') => {
    const table = { data: new Float32Array(columns), shape: [1, columns] };
    const w = MixedPrecisionTable.fromDense({ table, bits: Uint8Array.of(bits) });
    return saveFbgemmTables(join(folder, file), { tables: { w }, tensors: {} });
  };

  it.each([
    [4, 3, "w: PyTorch's 4bit rows have a multiple of 2 values, found 3 values in a row"],
    [2, 6, "w: PyTorch's 2bit rows have a multiple of 4 values, found 6 values in a row"],
    [1, 6, "w: PyTorch's 2bit rows have a multiple of 4 values, found 6 values in a row"],
  ])('refuses %i-bit rows of %i values, which PyTorch would read as more', async (bits, columns, message) => {
    await expect(save(bits, columns)).rejects.toThrow(`${join(folder, 'x.safetensors')}: ${message}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('writes the rows of each kind, where they are, and the other tensors', async () => {
    const values = { data: Float32Array.from({ length: 24 }, (_, at) => Math.cos(at)), shape: [6, 4] };
    const w = MixedPrecisionTable.fromDense({ table: values, bits: Uint8Array.of(2, 0, 32, 4, 8, 1) });
    const path = join(folder, 'rows.safetensors');
    const odd = { data: Float32Array.of(1, 2, 3), shape: [3], stored: { dtype: 'float16' as const } };
    const tensors = { odd, bias: { data: Float32Array.of(0.5, -2), shape: [2] } };
    await saveFbgemmTables(path, { tables: { w }, tensors });
    const bytes = readFileSync(path);
    const entries = await readSafetensorsHeader({
      name: path,
      size: bytes.length,
      readInto: async (target, position) => void bytes.copy(target, 0, position, position + target.length),
    });
    const found = Object.fromEntries(
      [...entries].map(([name, { dtype, shape, start, byteLength }]) => {
        // Every tensor begins at a multiple of the size of its elements.
        expect(start % { U8: 1, F16: 2, F32: 4, I32: 4 }[dtype]!).toBe(0);
        return [name, { dtype, shape, bytes: new Uint8Array(bytes.subarray(start, start + byteLength)) }];
      }),
    );
    const expected = fbgemmTables(w).flatMap(({ kind, rows, rowBytes, remapping }) => {
      const width = kind === 'float' ? 4 : rowBytes;
      const dtype = kind === 'float' ? 'F32' : 'U8';
      return [
        [`w.fbgemm.${kind}`, { dtype, shape: [rows.length / rowBytes, width], bytes: rows }],
        [`w.fbgemm.${kind}.remapping`, { dtype: 'I32', shape: [6], bytes: new Uint8Array(remapping.buffer) }],
      ] as const;
    });
    const bias = { dtype: 'F32', shape: [2], bytes: new Uint8Array(Float32Array.of(0.5, -2).buffer) };
    const half = { dtype: 'F16', shape: [3], bytes: Uint8Array.of(0, 0x3c, 0, 0x40, 0, 0x42) };
    expect(found).toEqual({ odd: half, bias, ...Object.fromEntries(expected) });
    expect(expected).toHaveLength(8);
    const wrong = { ...tensors, bias: { ...tensors.bias, shape: [3] } };
    await expect(saveFbgemmTables(path, { tables: { w }, tensors: wrong })).rejects.toThrow(
      `${path}: bias: expected 3 values for shape (3), found 2`,
    );
    rmSync(path);
  });

  it('refuses projected rows, which FBGEMM cannot serve', async () => {
    const projection = {
      basis: new Uint8Array(16),
      kinds: [{ coefficientBits: [3], steps: Uint8Array.of(0, 0x3c) }],
    };
    const table = { data: new Float32Array(8), shape: [2, 4] };
    const bits = Uint8Array.of(128, 8);
    const w = MixedPrecisionTable.fromDense({ table, bits, projection });
    const path = join(folder, 'x.safetensors');
    await expect(saveFbgemmTables(path, { tables: { w }, tensors: {} })).rejects.toThrow(
      `${path}: w: FBGEMM's kernels do not read projected rows: expected rows of bits only`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses another extension', async () => {
    await expect(save(8, 4, 'x.pt')).rejects.toThrow('expected tables for FBGEMM to be called .safetensors');
  });
});

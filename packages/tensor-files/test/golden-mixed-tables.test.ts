import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MixedPrecisionTable } from '@ds/data-sparsifier';
import { loadCheckpoint, loadModelTensors, saveFbgemmTables } from '@ds/tensor-files';

const golden = join(__dirname, 'golden/mixed-precision');
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

// That PyTorch's embedding bags give the rows of what it writes is proven by parity/mixed_precision.py.
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

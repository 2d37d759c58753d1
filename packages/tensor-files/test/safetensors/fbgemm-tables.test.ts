import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MixedPrecisionTable } from '@ds/data-sparsifier';
import { loadCheckpoint, loadModelTensors, saveFbgemmTables } from '@ds/tensor-files';
import { fbgemmTables, type FbgemmTable } from '../../src/safetensors/mixed/fbgemm-tables.js';

/** A binary16, by IEEE 754. */
function half(view: DataView, at: number): number {
  const bits = view.getUint16(at, true);
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : 2 ** (exponent - 25) * (1024 + fraction);
  return bits >> 15 ? -magnitude : magnitude;
}

/** A row as FBGEMM's kernels read it (pytorch/FBGEMM, src/QuantUtils.cc): codes, the first in the lowest bits, then scale and bias. */
function fbgemmRow({ kind, rows, rowBytes }: FbgemmTable, place: number, dim: number): number[] {
  const view = new DataView(rows.buffer, rows.byteOffset + place * rowBytes, rowBytes);
  const columns = Array.from({ length: dim }, (_, column) => column);
  if (kind === 'float') return columns.map((column) => view.getFloat32(4 * column, true));
  if (kind === 'byte') {
    const [scale, bias] = [view.getFloat32(dim, true), view.getFloat32(dim + 4, true)];
    return columns.map((column) => Math.fround(view.getUint8(column) * scale + bias));
  }
  const bits = kind === '4bit' ? 4 : 2;
  const codeBytes = (dim * bits) / 8;
  const [scale, bias] = [half(view, codeBytes), half(view, codeBytes + 2)];
  return columns.map((column) => {
    const code = (view.getUint8((column * bits) >> 3) >> ((column * bits) & 7)) & (2 ** bits - 1);
    return Math.fround(code * scale + bias);
  });
}

test('the rows of the kinds, put where their remappings say, are those of the table, and the others are zeros', () => {
  const cases = fc.record({
    dim: fc.constantFrom(4, 8, 12),
    bits: fc.array(fc.constantFrom(0, 0, 1, 2, 4, 8, 16, 32), { maxLength: 40 }),
  });
  fc.assert(
    fc.property(cases, ({ dim, bits }) => {
      const data = Float32Array.from({ length: bits.length * dim }, (_, at) => Math.sin(at * at) * 10);
      const table = MixedPrecisionTable.fromDense({
        table: { data, shape: [bits.length, dim] },
        bits: Uint8Array.from(bits),
      });
      const found = Array.from({ length: bits.length }, () => Array<number>(dim).fill(0));
      const tables = fbgemmTables(table);
      for (const ofKind of tables) {
        expect(ofKind.remapping).toHaveLength(bits.length);
        const places = [...ofKind.remapping].filter((place) => place !== -1);
        expect(places).toEqual([...places.keys()]);
        expect(ofKind.rows).toHaveLength(places.length * ofKind.rowBytes);
        ofKind.remapping.forEach((place, row) => {
          if (place !== -1) found[row] = fbgemmRow(ofKind, place, dim);
        });
      }
      expect(new Float32Array(found.flat())).toEqual(table.toDense());
      const kinds = { '2bit': [1, 2], '4bit': [4], byte: [8], float: [16, 32] } as const;
      expect(tables.map(({ kind }) => kind)).toEqual(
        Object.entries(kinds).flatMap(([kind, of]) =>
          bits.some((own) => (of as readonly number[]).includes(own)) ? [kind] : [],
        ),
      );
    }),
  );
});

test('a file of them is refused by readers, which say what it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fbgemm-'));
  const path = join(folder, 'fbgemm.safetensors');
  const weight = { data: Float32Array.from({ length: 8 }, (_, at) => at / 8), shape: [2, 4] };
  const table = MixedPrecisionTable.fromDense({ table: weight, bits: Uint8Array.of(8, 0) });
  try {
    await saveFbgemmTables(path, { tables: { 'emb_l.0.weight': table }, tensors: {} });
    for (const load of [loadCheckpoint, loadModelTensors]) {
      await expect(load(path)).rejects.toThrow(
        `${path}: emb_l.0.weight.fbgemm.byte.remapping: expected a table that can be read back, found one for the ` +
          'kernels of FBGEMM; write the model with compress-tables --format safetensors or ckpt',
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

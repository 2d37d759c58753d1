import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MixedPrecisionTable, type Projection } from '@ds/data-sparsifier';
import {
  loadCheckpoint,
  loadModelTensors,
  loadSparseCheckpoint,
  saveCheckpoint,
  saveMixedCheckpoint,
} from '@ds/tensor-files';

const folder = mkdtempSync(join(tmpdir(), 'mixed-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Any projection. */
function projectionOf(dim: number): Projection {
  return {
    basis: Uint8Array.from({ length: 2 * 3 * dim }, (_, at) => (at % 2 === 0 ? 7 * at : 0x2c)),
    kinds: [
      { coefficientBits: [3, 1], steps: Uint8Array.of(0, 0x38, 0, 0x3c) },
      { coefficientBits: [5], steps: Uint8Array.of(0, 0x34) },
    ],
  };
}

const tables = fc
  .record({
    rows: fc.nat({ max: 300 }),
    dim: fc.integer({ min: 1, max: 9 }),
    // Chances of each number of bits.
    bits: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 128, 129), {
      minLength: 1,
      maxLength: 40,
    }),
  })
  .map(({ rows, dim, bits }) => {
    const data = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at));
    const ofRows = Uint8Array.from({ length: rows }, (_, row) => bits[(row * row) % bits.length]!);
    const projection = ofRows.some((own) => own >= 128) ? projectionOf(dim) : undefined;
    return MixedPrecisionTable.fromDense({ table: { data, shape: [rows, dim] }, bits: ofRows, projection });
  });

describe('a mixed-precision checkpoint', () => {
  it('loads as the tables that were saved, and as the dense ones they stand for', async () => {
    const path = join(folder, 'x.safetensors');
    await fc.assert(
      fc.asyncProperty(
        fc.array(tables, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (made, shared) => {
          const named = Object.fromEntries(made.map((table, i) => [`emb_l.${i}.weight`, table]));
          const bias = { data: Float32Array.of(1, 2, 3), shape: [3] };
          await saveMixedCheckpoint(path, { tables: named, tensors: { 'bot_l.0.bias': bias } });
          const kept = await loadModelTensors(path);
          const dense = await loadCheckpoint(path, { shared });
          expect(kept['bot_l.0.bias']).toEqual(bias);
          expect(dense['bot_l.0.bias']).toEqual(bias);
          for (const [name, table] of Object.entries(named)) {
            const again = kept[name] as MixedPrecisionTable;
            expect(again).toBeInstanceOf(MixedPrecisionTable);
            expect(again.memory).toBeDefined();
            expect(again.parts()).toEqual(table.parts());
            expect(again.byteLength).toBe(table.byteLength);
            expect(dense[name]!.shape).toEqual([table.rows, table.dim]);
            expect([...dense[name]!.data]).toEqual([...table.toDense()]);
            expect(dense[name]!.data.buffer instanceof SharedArrayBuffer).toBe(shared);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  const elements = 4 * 1000;
  const bits = Uint8Array.from({ length: 1000 }, (_, row) => (row % 20 > 0 ? 0 : row % 40 > 0 ? 2 : 8));
  const table = MixedPrecisionTable.fromDense({
    table: { data: Float32Array.from({ length: elements }, (_, at) => Math.cos(at)), shape: [1000, 4] },
    bits,
  });
  const tensors = { b: { data: Float32Array.of(1), shape: [1] } };

  interface Header {
    __metadata__: Record<string, string>;
    [tensor: string]: unknown;
  }
  type Changed = { header: Header; data: Buffer; description: Record<string, unknown> };
  const placeOf = (header: Header, tensor: string) =>
    (header[tensor] as { data_offsets: [number, number] }).data_offsets[0];

  /** The file of the table, changed. */
  async function changed(change: (parts: Changed) => void, of = table): Promise<string> {
    const path = join(folder, 'changed.safetensors');
    await saveMixedCheckpoint(path, { tables: { w: of }, tensors });
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Header;
    const data = bytes.subarray(8 + length);
    const described = JSON.parse(header.__metadata__['mixed_precision']!) as Record<string, never>;
    const parts = { header, data, description: described['w']! };
    const before = header.__metadata__['mixed_precision'];
    change(parts);
    if (header.__metadata__['mixed_precision'] === before) {
      header.__metadata__['mixed_precision'] = JSON.stringify({ w: parts.description });
    }
    const text = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(path, Buffer.concat([size, text, data]));
    return path;
  }

  it.each<[string, (parts: Changed) => void, string | RegExp]>([
    [
      'more rows than its index has',
      ({ description }) => (description['shape'] = [5000, 4]),
      /w\.mixed\.high: expected \d+ bytes for \d+ bits, found \d+$/,
    ],
    [
      'no shape',
      ({ description }) => (description['shape'] = [5000]),
      'w: expected a shape of rows and values',
    ],
    [
      'a negative number of rows',
      ({ description }) => (description['shape'] = [-1000, 4]),
      'w: expected a shape of rows and values in a row, found [-1000,4]',
    ],
    [
      'a negative number of bits',
      ({ description }) => (description['bits'] = [2, -8]),
      'w: expected the bits of each class of rows, found [2,-8]',
    ],
    [
      'a row of one value more than may be',
      ({ description }) => (description['shape'] = [1000, 65537]),
      'w: expected 1 to 65536 values in a row, found 65537',
    ],
    [
      'a description that is none',
      ({ header }) => (header.__metadata__['mixed_precision'] = '{"w":5}'),
      'metadata mixed_precision: w: expected an object',
    ],
    [
      'an index that is no text',
      ({ description }) => (description['index'] = ['all']),
      'w: expected the index all, none, bitmap, elias-fano, found ["all"]',
    ],
    [
      'a projected kind that it does not use',
      ({ description }) => (description['projected'] = [{ coefficientBits: [3], rows: 0 }]),
      /w\.mixed\.(steps128|basis): is missing from a mixed-precision table/,
    ],
    [
      'rows of no values',
      ({ description }) => (description['shape'] = [1000, 0]),
      'w: expected 1 to 65536 values',
    ],
    [
      'rows of another width',
      ({ description }) => (description['shape'] = [1000, 40]),
      'w.mixed.rows2: expected rows of 14 bytes, at least one, found 125 bytes',
    ],
    [
      'a class that is not in the file',
      ({ description }) => (description['bits'] = [2, 16]),
      'w.mixed.rows16: is missing from a mixed-precision table',
    ],
    [
      'a class that is not described',
      ({ description }) => (description['bits'] = [2]),
      /w\.mixed\.(classes0|rows8): is no part of the table as the metadata describes it/,
    ],
    [
      'a class twice',
      ({ description }) => (description['bits'] = [2, 2]),
      'w: expected the bits of each class',
    ],
    [
      'an index that there is not',
      ({ description }) => (description['index'] = 'roaring'),
      'w: expected the index all, none, bitmap, elias-fano, found "roaring"',
    ],
    [
      'no low bits',
      ({ description }) => delete description['lowBits'],
      'w: expected a number of lowBits, found undefined',
    ],
    [
      'other low bits',
      ({ description }) => (description['lowBits'] = 40),
      'w.mixed.low: expected 1 to 10 low bits, found 40',
    ],
    [
      'another number of stored rows',
      ({ header, data }) => (data[placeOf(header, 'w.mixed.high')]! ^= 1),
      /w\.mixed\.high: expected 50 ones, found (49|51)/,
    ],
    [
      'a row in another class',
      ({ header, data }) => (data[placeOf(header, 'w.mixed.classes0')]! ^= 1),
      /w\.mixed\.classes0: expected 25 ones, found (24|26)/,
    ],
    [
      'a scale that is no number',
      ({ header, data }) => (data[placeOf(header, 'w.mixed.rows2') + 2] = 0xff),
      'w.mixed.rows2: expected finite scales and minima, found another value at position 0',
    ],
    [
      'a part of another type',
      ({ header }) => ((header['w.mixed.high'] as { dtype: string }).dtype = 'I8'),
      'w.mixed.high: expected U8, found I8',
    ],
    [
      'metadata that is no JSON',
      ({ header }) => (header.__metadata__['mixed_precision'] = '{'),
      'metadata mixed_precision: is not valid JSON',
    ],
    [
      'metadata that is no object',
      ({ header }) => (header.__metadata__['mixed_precision'] = '[]'),
      'metadata mixed_precision: expected an object of tables',
    ],
    [
      'no metadata',
      ({ header }) => ((header.__metadata__ as object) = { format: 'pt' }),
      /w\.mixed\.\w+: expected dtype F32, F16, BF16 or F64, found U8/,
    ],
  ])('with %s is refused', async (_, change, message) => {
    const path = await changed(change);
    const expected = expect.objectContaining({
      message:
        typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    });
    for (const load of [loadModelTensors, loadCheckpoint]) {
      const loading = load(path);
      await expect(loading).rejects.toEqual(expected);
      await expect(loading).rejects.toThrow(`${path}: `);
    }
  });

  const projectedTable = MixedPrecisionTable.fromDense({
    table: { data: Float32Array.from({ length: 400 }, (_, at) => Math.cos(at)), shape: [100, 4] },
    bits: Uint8Array.from({ length: 100 }, (_, row) => (row % 3 === 0 ? 128 : row % 3 === 1 ? 129 : 0)),
    projection: projectionOf(4),
  });

  it.each<[string, (parts: Changed) => void, string | RegExp]>([
    [
      'no projected kinds',
      ({ description }) => delete description['projected'],
      'w: expected 0 projected kinds, found 12',
    ],
    [
      'kinds that are none',
      ({ description }) => (description['projected'] = [{ coefficientBits: [3, 1] }]),
      'w: expected the coefficientBits and rows of 1 to 6 projected kinds, found ',
    ],
    ...(
      [
        ['no kinds', []],
        ['seven kinds', Array(7).fill({ coefficientBits: [3], rows: 1 })],
        ['a kind that is no object', [{ coefficientBits: [3, 1], rows: 34 }, null]],
        [
          'coefficients that are no numbers',
          [
            { coefficientBits: ['3', 1], rows: 34 },
            { coefficientBits: [5], rows: 33 },
          ],
        ],
        ['kinds that are no list', { coefficientBits: [3, 1], rows: 34 }],
      ] as const
    ).map(([what, projected]): [string, (parts: Changed) => void, string] => [
      what,
      ({ description }) => (description['projected'] = projected),
      'w: expected the coefficientBits and rows of 1 to 6 projected kinds, found ',
    ]),
    [
      'one kind too few',
      ({ description }) => (description['projected'] as unknown[]).pop(),
      'w: expected 1 projected kinds, found 129',
    ],
    [
      'another number of projected rows',
      ({ description }) => ((description['projected'] as { rows: number }[])[0]!.rows = 20),
      'w.mixed.rows128: expected 10 bytes for 20 rows of 4 bits, found 17',
    ],
    [
      'other coefficients',
      ({ description }) =>
        ((description['projected'] as { coefficientBits: number[] }[])[1]!.coefficientBits = [5, 1]),
      'w.mixed.steps129: expected 4 bytes of 2 float16, found 2 bytes',
    ],
    [
      'a basis that is no number',
      ({ header, data }) => (data[placeOf(header, 'w.mixed.basis') + 3] = 0xff),
      'w.mixed.basis: expected finite values, found others at place 1',
    ],
    [
      'no basis',
      ({ header }) => {
        header['w.mixed.base'] = header['w.mixed.basis'];
        delete header['w.mixed.basis'];
      },
      'w.mixed.basis: is missing from a mixed-precision table',
    ],
  ])('of projected rows with %s is refused', async (_, change, message) => {
    const path = await changed(change, projectedTable);
    for (const load of [loadModelTensors, loadCheckpoint]) await expect(load(path)).rejects.toThrow(message);
  });

  it('is refused where it is cut off', async () => {
    const path = join(folder, 'cut.safetensors');
    await saveMixedCheckpoint(path, { tables: { w: table }, tensors });
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await expect(loadModelTensors(path)).rejects.toThrow(/cut\.safetensors: w\.mixed\.rows8: truncated/);
  });

  it('is not taken for a sparse one', async () => {
    const path = join(folder, 'y.safetensors');
    await saveMixedCheckpoint(path, { tables: { w: table }, tensors });
    await expect(loadSparseCheckpoint(path)).rejects.toThrow(
      `${path}: w: expected a sparse table, found a mixed-precision one`,
    );
  });

  it('is not written under another extension, or where a table is a tensor too', async () => {
    const other = join(folder, 'z.ckpt');
    await expect(saveMixedCheckpoint(other, { tables: { w: table }, tensors })).rejects.toThrow(
      `${other}: expected a mixed-precision checkpoint to be called .safetensors, found ".ckpt"`,
    );
    const twice = saveMixedCheckpoint(join(folder, 'z.safetensors'), { tables: { b: table }, tensors });
    await expect(twice).rejects.toThrow('b: is both a mixed-precision table and a tensor');
    expect(readdirSync(folder).filter((name) => name.startsWith('z'))).toEqual([]);
  });

  it('becomes a dense checkpoint', async () => {
    const path = join(folder, 'small.safetensors');
    await saveMixedCheckpoint(path, { tables: { w: table }, tensors });
    const dense = join(folder, 'dense.ckpt');
    await saveCheckpoint(dense, await loadCheckpoint(path));
    expect((await loadCheckpoint(dense))['w']!.data).toEqual(table.toDense());
  });
});

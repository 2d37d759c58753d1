import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../../../test-support/src/built-file.js';
import fc from 'fast-check';
import { QuantizedTable } from '../../../src/tables/quantized-table.js';
import { expandSparseBitmaps } from '../../../src/tables/sparse/sparse-bitmaps.js';
import { SparseTable } from '../../../src/tables/sparse/sparse-table.js';
import { TableMemory } from '../../../src/tables/table-memory.js';

// Every float32 there is, with the odd ones often: signed zeros, denormals, infinities, NaN payloads.
const float32Bits = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(0x80000000, 1, 0x7f800000, 0xff800000, 0x7fc12345, 0x7f800001) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
);

interface Case {
  rows: number;
  dim: number;
  blockWidth: number;
  bits: Uint32Array;
  mask: Uint8Array | undefined;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    rows: fc.integer({ min: 0, max: 200 }),
    dim: fc.oneof(fc.constantFrom(4, 16, 64, 136), fc.integer({ min: 1, max: 70 })),
    blockWidth: fc.oneof(fc.constantFrom(1, 4), fc.integer({ min: 1, max: 9 })),
    maskKind: fc.constantFrom('none', 'elements', 'blocks'),
    keptShare: fc.double({ min: 0, max: 1, noNaN: true }),
    some: fc.array(float32Bits, { minLength: 1, maxLength: 60 }),
    seed: fc.integer(),
  })
  .map(({ rows, dim, blockWidth, maskKind, keptShare, some, seed }) => {
    let state = seed >>> 0;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const bits = Uint32Array.from({ length: rows * dim }, () => some[Math.floor(random() * some.length)]!);
    let keeps = false;
    const mask = Uint8Array.from(bits, (_, at) => {
      if (maskKind === 'elements' || (at % dim) % blockWidth === 0) keeps = random() < keptShare;
      return keeps ? 1 : 0;
    });
    return { rows, dim, blockWidth, bits, mask: maskKind === 'none' ? undefined : mask };
  });

function build({ rows, dim, blockWidth, bits, mask }: Case, memory?: TableMemory): SparseTable {
  const table = { data: new Float32Array(bits.buffer), shape: [rows, dim] };
  return SparseTable.fromDense({ table, mask, blockWidth, memory });
}

/** The dense masked table, as bits: what every reading of the sparse one must give. */
function masked({ bits, mask }: Case): Uint32Array {
  return bits.map((value, at) => (mask && mask[at] === 0 ? 0 : value));
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

describe('SparseTable', () => {
  test('equals the dense masked table, bit for bit', () => {
    fc.assert(
      fc.property(cases, (input) => {
        expect(bitsOf(build(input).toDense())).toEqual(masked(input));
      }),
    );
  });

  test('is built from pieces of whole rows as from the whole table', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 50 }), fc.boolean(), (input, rowsOfPiece, inMemory) => {
        const { rows, dim, blockWidth, mask } = input;
        const data = new Float32Array(input.bits.buffer);
        function* pieces() {
          const length = rowsOfPiece * dim;
          for (let at = 0; at < data.length; at += length) yield data.slice(at, at + length);
        }
        const table = { shape: [rows, dim], blockWidth, pieces, mask } as const;
        const built = SparseTable.fromPieces({ ...table, memory: inMemory ? new TableMemory() : undefined });
        expect(bitsOf(built.toDense())).toEqual(masked(input));
        const { storedRows, keptBlocks } = built;
        const sizes = SparseTable.sizesOf(table);
        expect(sizes).toEqual({ rows, dim, blockWidth, storedRows, keptBlocks });
        expect(SparseTable.fromPieces({ ...table, sizes }).bitmaps()).toEqual(
          SparseTable.fromPieces(table).bitmaps(),
        );
      }),
    );
    const build = (pieces: () => Float32Array[]) =>
      SparseTable.fromPieces({ shape: [3, 4], blockWidth: 1, pieces });
    expect(() => build(() => [new Float32Array(6)])).toThrow(
      'a piece of a table with rows of 4 values has 6 values, not a whole number of rows',
    );
    expect(() => build(() => [new Float32Array(8)])).toThrow(
      'the pieces of a table of 3 rows of 4 values have 8 values',
    );
    const pieces = () => [new Float32Array(4)];
    expect(() => SparseTable.fromPieces({ shape: [4, 0], blockWidth: 1, pieces })).toThrow(
      'a piece of a table with rows of 0 values has 4 values, not a whole number of rows',
    );
    const mask = new Uint8Array(3);
    expect(() => SparseTable.fromPieces({ shape: [1, 4], blockWidth: 1, pieces, mask })).toThrow(
      'expected a mask of 4 entries, one per value, found 3',
    );
  });

  test('refuses the sizes of another table', () => {
    const table = {
      shape: [2, 4],
      blockWidth: 1,
      pieces: () => [Float32Array.of(0, 1, 2, 0, 0, 0, 0, 3)],
    } as const;
    const sizes = SparseTable.sizesOf(table);
    for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
      const other = { ...sizes, [name]: sizes[name] + 1 };
      expect(() => SparseTable.fromPieces({ ...table, sizes: other })).toThrow(
        new RangeError(
          `expected a table with ${name} ${sizes[name] + 1}, as its sizes say, found ${sizes[name]}`,
        ),
      );
    }
    const mask = new Uint8Array(3);
    expect(() => SparseTable.fromPieces({ ...table, sizes, mask })).toThrow('expected a mask of 8 entries');
  });

  test('gathers rows by id with the plain loop and with the kernel, bit for bit', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat(), { maxLength: 40 }), fc.nat({ max: 5 }), (input, picks, gap) => {
        if (input.rows === 0) return;
        const { dim } = input;
        const ids = Int32Array.from(picks, (pick) => pick % input.rows);
        const stride = dim + gap;
        const dense = masked(input);
        const untouched = 0x12345678;
        const expected = new Uint32Array(ids.length * stride).fill(untouched);
        ids.forEach((id, place) => expected.set(dense.subarray(id * dim, (id + 1) * dim), place * stride));

        const plain = new Float32Array(new Uint32Array(ids.length * stride).fill(untouched).buffer);
        build(input).gatherRows(ids, plain, stride);
        expect(bitsOf(plain)).toEqual(expected);

        const memory = new TableMemory();
        const table = build(input, memory);
        const idsAt = memory.allocate(4 * ids.length);
        const outAt = memory.allocate(4 * expected.length);
        const kernelIds = memory.int32(idsAt, ids.length);
        const out = memory.float32(outAt, expected.length);
        kernelIds.set(ids);
        bitsOf(out).fill(untouched);
        table.gatherRows(kernelIds, out, stride);
        expect(bitsOf(out)).toEqual(expected);
      }),
    );
  });

  test('is built again from its bitmaps', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), (input, inMemory) => {
        const table = build(input);
        const { rows, dim, blockWidth } = table;
        const again = SparseTable.fromBitmaps({
          rows,
          dim,
          blockWidth,
          ...table.bitmaps(),
          memory: inMemory ? new TableMemory() : undefined,
        });
        expect(bitsOf(again.toDense())).toEqual(masked(input));
      }),
    );
  });

  test('falls back to single elements where a mask cuts through blocks', () => {
    const table = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] };
    const whole = SparseTable.fromDense({ table, mask: Uint8Array.of(1, 1, 0, 0), blockWidth: 2 });
    expect(whole).toMatchObject({ blockWidth: 2, keptBlocks: 1 });
    const cut = SparseTable.fromDense({ table, mask: Uint8Array.of(1, 1, 0, 1), blockWidth: 2 });
    expect(cut).toMatchObject({ blockWidth: 1, keptBlocks: 3 });
    // In any row; but a row does not go on in the next one.
    const rows = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] };
    const below = SparseTable.fromDense({
      table: rows,
      mask: Uint8Array.of(1, 1, 1, 1, 0, 1),
      blockWidth: 2,
    });
    expect(below).toMatchObject({ blockWidth: 1, keptBlocks: 5 });
    const edge = SparseTable.fromDense({ table: rows, mask: Uint8Array.of(1, 1, 0, 1, 1, 1), blockWidth: 2 });
    expect(edge).toMatchObject({ blockWidth: 2, keptBlocks: 3 });
  });

  test('from pieces stores a partially kept block entirely, with zeros for the pruned values', () => {
    const pieces = () => [Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8)];
    const mask = Uint8Array.of(1, 0, 0, 0, 0, 1, 1, 1);
    const table = SparseTable.fromPieces({ shape: [2, 4], blockWidth: 2, pieces, mask });
    expect(table).toMatchObject({ blockWidth: 2, keptBlocks: 3 });
    expect([...table.toDense()]).toEqual([1, 0, 0, 0, 0, 6, 7, 8]);
  });

  test('is expanded from its bitmaps as from the table', () => {
    fc.assert(
      fc.property(cases, (input) => {
        const table = build(input);
        const { rows, dim, blockWidth } = table;
        const dense = new Float32Array(rows * dim);
        expandSparseBitmaps({ rows, dim, blockWidth, ...table.bitmaps() }, dense);
        expect(bitsOf(dense)).toEqual(masked(input));
      }),
    );
  });

  // The bounds are shares of the dense float32 table at random sparsity, dim 16.
  test.each([
    { sparsity: 0.9, blockWidth: 1, share: 0.14 },
    { sparsity: 0.9, blockWidth: 4, share: 0.115 },
    { sparsity: 0.99, blockWidth: 1, share: 0.03 },
    { sparsity: 0.99, blockWidth: 4, share: 0.03 },
  ])(
    'takes at most $share of the dense bytes at $sparsity with blocks of $blockWidth',
    ({ sparsity, blockWidth, share }) => {
      const rows = 50_000;
      const data = new Float32Array(rows * 16);
      let state = 7;
      let value = 0;
      for (let at = 0; at < data.length; at++) {
        if (at % blockWidth === 0) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          value = state / 2 ** 32 < sparsity ? 0 : 1;
        }
        data[at] = value;
      }
      const table = SparseTable.fromDense({ table: { data, shape: [rows, 16] }, blockWidth });
      expect(table.byteLength / data.byteLength).toBeLessThanOrEqual(share);
    },
  );

  test('reaches rows whose values lie past 4 GiB, in a table of 70 M rows x 16', () => {
    const rows = 70_000_000;
    // Untouched pages of the array take no memory.
    const values = new Float32Array(rows * 16);
    values.fill(5, (rows - 1) * 16);
    values[(rows - 2) * 16] = 3;
    const ones = new Uint8Array(rows / 8).fill(0xff);
    const table = SparseTable.fromBitmaps({
      rows,
      dim: 16,
      blockWidth: 16,
      rowBits: ones,
      blockBits: ones,
      values,
    });
    const out = new Float32Array(48);
    table.gatherRows(Int32Array.of(rows - 1, 0, rows - 2), out);
    expect([...out]).toEqual([...Array(16).fill(5), ...Array(16).fill(0), 3, ...Array(15).fill(0)]);
  });

  test('is still read where its memory has grown and moved', () => {
    const memory = new TableMemory();
    const table = SparseTable.fromDense({
      table: { data: Float32Array.of(1, 0, 0, 2), shape: [2, 2] },
      memory,
    });
    memory.allocate(1 << 20);
    expect([...table.toDense()]).toEqual([1, 0, 0, 2]);
  });

  test.each([1, 4])('is gathered where its memory ends with its last value, blocks of %i', (blockWidth) => {
    // One of these counts of kept values fills its part of the memory to the last byte.
    for (let kept = 16; kept < 32; kept += blockWidth) {
      const data = Float32Array.from({ length: 64 }, (_, at) => (at < kept ? at + 1 : 0));
      const build = (fill: number) => {
        const memory = new TableMemory();
        const [idsAt, outAt] = [memory.allocate(4), memory.allocate(4 * data.length)];
        memory.allocate(fill);
        const table = SparseTable.fromDense({ table: { data, shape: [1, 64] }, blockWidth, memory });
        return { memory, table, idsAt, outAt };
      };
      const { memory, table, idsAt, outAt } = build(build(0).memory.freeBytes % 65536);
      expect(memory.freeBytes % 65536).toBe(0);
      const out = memory.float32(outAt, data.length);
      table.gatherRows(memory.int32(idsAt, 1), out);
      expect(out).toEqual(data);
    }
  });

  test('is read in a worker thread from values that it shares', async () => {
    const data = Float32Array.from({ length: 300 * 8 }, (_, at) => (at % 3 === 0 ? at : 0));
    const parts = SparseTable.fromDense({ table: { data, shape: [300, 8] }, blockWidth: 2 }).bitmaps();
    const shared = {
      rows: 300,
      dim: 8,
      blockWidth: 2,
      rowBits: new Uint8Array(new SharedArrayBuffer(parts.rowBits.byteLength)),
      blockBits: new Uint8Array(new SharedArrayBuffer(parts.blockBits.byteLength)),
      values: new Float32Array(new SharedArrayBuffer(parts.values.byteLength)),
    };
    for (const part of ['rowBits', 'blockBits', 'values'] as const) shared[part].set(parts[part]);
    const table = SparseTable.fromBitmaps(shared);

    // The built package, as threads cannot load TypeScript.
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { SparseTable } = require(workerData.module);
      const table = SparseTable.fromBitmaps(workerData.shared);
      parentPort.on('message', ({ ids, out }) => {
        table.gatherRows(ids, out);
        parentPort.postMessage('gathered');
      });`;
    const module = builtFile(join(__dirname, '../../../dist/index.cjs'));
    const worker = new Worker(program, { eval: true, workerData: { module, shared } });
    const ids = Int32Array.of(299, 0, 150);
    const gatheredThere = async () => {
      const out = new Float32Array(new SharedArrayBuffer(4 * ids.length * 8));
      worker.postMessage({ ids, out });
      await once(worker, 'message');
      return [...out];
    };
    const gatheredHere = () => {
      const out = new Float32Array(ids.length * 8);
      table.gatherRows(ids, out);
      return [...out];
    };
    try {
      const expected = [...ids].flatMap((id) => [...data.subarray(id * 8, (id + 1) * 8)]);
      expect(await gatheredThere()).toEqual(expected);
      expect(gatheredHere()).toEqual(expected);
      // Both hold the values themselves, no copies.
      shared.values.forEach((value, at) => (shared.values[at] = 2 * value));
      const doubled = expected.map((value) => 2 * value);
      expect(await gatheredThere()).toEqual(doubled);
      expect(gatheredHere()).toEqual(doubled);
    } finally {
      await worker.terminate();
    }
  });

  test('refuses ids that are no rows, in both gathers', () => {
    const memory = new TableMemory();
    const table = { data: new Float32Array(8).fill(1), shape: [2, 4] };
    const plain = SparseTable.fromDense({ table });
    const fast = SparseTable.fromDense({ table, memory });
    const at = memory.allocate(64);
    for (const bad of [2, -1]) {
      const message = `id ${bad} at position 1 is not a row of a table of 2 rows`;
      expect(() => plain.gatherRows(Int32Array.of(0, bad), new Float32Array(8))).toThrow(message);
      const ids = memory.int32(at, 2);
      ids.set([0, bad]);
      expect(() => fast.gatherRows(ids, memory.float32(at + 16, 8))).toThrow(message);
    }
  });

  test.each([
    ['rows', -1, 0],
    ['rows', 1.5, 0],
    ['rows', NaN, 0],
    ['dim', -1, 0],
    ['dim', 0.5, 0],
    ['dim', Infinity, 0],
    ['blockWidth', 0, 1],
    ['blockWidth', -2, 1],
    ['blockWidth', 1.5, 1],
    ['blockWidth', NaN, 1],
  ] as const)('refuses bitmaps with a %s of %s', (name, found, smallest) => {
    const sizes = { rows: 1, dim: 2, blockWidth: 1, [name]: found };
    const parts = {
      rowBits: Uint8Array.of(1),
      blockBits: Uint8Array.of(3),
      values: new Float32Array(2),
    };
    expect(() => SparseTable.fromBitmaps({ ...sizes, ...parts })).toThrow(
      new RangeError(
        `a sparse table: expected ${name} to be a whole number of at least ${smallest}, found ${found}`,
      ),
    );
  });

  test.each([-4, 3, 4.5, NaN, Infinity])('refuses a stride of %s before anything is written', (stride) => {
    const memory = new TableMemory();
    const table = { data: new Float32Array(8).fill(1), shape: [2, 4] };
    const inMemory = { ids: memory.allocate(8), out: memory.allocate(64) };
    const message = `a stride of at least 4, the values in a row, as a whole number, found ${stride}`;
    for (const tables of [SparseTable, QuantizedTable]) {
      const out = new Float32Array(16);
      expect(() => tables.fromDense({ table }).gatherRows(Int32Array.of(1, 0), out, stride)).toThrow(message);
      expect([...out]).toEqual(Array(16).fill(0));
      const fast = tables.fromDense({ table, memory });
      const kernelOut = memory.float32(inMemory.out, 16);
      expect(() => fast.gatherRows(memory.int32(inMemory.ids, 2), kernelOut, stride)).toThrow(message);
      expect([...kernelOut]).toEqual(Array(16).fill(0));
    }
  });

  test.each([
    [
      'a shape that is not the data',
      () => build({ rows: 2, dim: 3, blockWidth: 1, bits: new Uint32Array(5), mask: undefined }),
      /shape \(2, 3\) with 5 values/,
    ],
    [
      'a mask of another length',
      () => build({ rows: 1, dim: 3, blockWidth: 1, bits: new Uint32Array(3), mask: new Uint8Array(2) }),
      /3 entries, one per value, found 2/,
    ],
    [
      'a block of no width',
      () => build({ rows: 1, dim: 3, blockWidth: 0, bits: new Uint32Array(3), mask: undefined }),
      /expected blockWidth to be a whole number of at least 1, found 0/,
    ],
    [
      'a shape of negative sizes',
      () => build({ rows: -2, dim: -2, blockWidth: 1, bits: new Uint32Array(4), mask: undefined }),
      /shape \(-2, -2\) with 4 values/,
    ],
    [
      'too little room',
      () =>
        build({ rows: 1, dim: 3, blockWidth: 1, bits: new Uint32Array(3), mask: undefined }).gatherRows(
          Int32Array.of(0, 0),
          new Float32Array(5),
        ),
      /need space for 6 values, found 5/,
    ],
    [
      'values that are not as many as the bitmap says',
      () =>
        SparseTable.fromBitmaps({
          rows: 1,
          dim: 2,
          blockWidth: 1,
          rowBits: Uint8Array.of(1),
          blockBits: Uint8Array.of(3),
          values: new Float32Array(1),
        }),
      /^values: expected 2 values for 2 kept blocks of 1, found 1/,
    ],
    [
      'values that are not whole blocks',
      () =>
        SparseTable.fromBitmaps({
          ...{ rows: 1, dim: 4, blockWidth: 2, rowBits: Uint8Array.of(1), blockBits: Uint8Array.of(3) },
          values: new Float32Array(3),
        }),
      /^values: expected 4 values for 2 kept blocks of 2, found 3/,
    ],
    [
      'bits of blocks that are too few for the kept rows',
      () =>
        SparseTable.fromBitmaps({
          ...{ rows: 2, dim: 5, blockWidth: 1, rowBits: Uint8Array.of(3), blockBits: Uint8Array.of(3) },
          values: new Float32Array(2),
        }),
      /^blockBits: expected 2 bytes for 10 bits, found 1/,
    ],
    [
      'more kept blocks than a count of 32 bits',
      () =>
        SparseTable.fromPieces({
          ...{ shape: [1, 1], blockWidth: 1, pieces: () => [new Float32Array(1)] },
          sizes: { rows: 1, dim: 1, blockWidth: 1, storedRows: 1, keptBlocks: 2 ** 32 },
        }),
      /^a sparse table keeps at most 4294967295 blocks, found 4294967296/,
    ],
    [
      'a bitmap with ones after its end',
      () =>
        SparseTable.fromBitmaps({
          rows: 1,
          dim: 2,
          blockWidth: 1,
          rowBits: Uint8Array.of(3),
          blockBits: Uint8Array.of(3),
          values: new Float32Array(2),
        }),
      /^rowBits: has ones after its 1 bits/,
    ],
    [
      'a bitmap of another length',
      () =>
        SparseTable.fromBitmaps({
          rows: 9,
          dim: 2,
          blockWidth: 1,
          rowBits: Uint8Array.of(3),
          blockBits: Uint8Array.of(3),
          values: new Float32Array(2),
        }),
      /^rowBits: expected 2 bytes for 9 bits, found 1/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import {
  TableMemory,
  mixedPrecisionBytes,
  MixedPrecisionTable,
  ProjectedCoder,
  roundRows,
  unpackFusedRows,
  type MixedPrecisionParts,
  type ProjectedKind,
  type ProjectedRows,
} from '../../../src/index.js';
import { builtFile } from '../../../../test-support/src/built-file.js';
import { expandedKind } from '../../../src/tables/mixed-precision/projection/projection.js';
import { fromFloat16, toFloat16 } from '../../../src/quantization/float16.js';
import { storedRowBytes, type StoredRowBits } from '../../../src/tables/mixed-precision/row-bits.js';
import { arbitraryMixedTable, mixedRows, type MixedRows } from './arbitrary-mixed-table.js';

/** The dense table by the simplest reading: a row after another, from its fused form in text. */
function expected({ shape: [rows, dim], bits, rowsByBits, projection }: MixedRows): Float32Array {
  const dense = new Float32Array(rows * dim);
  const next: Record<number, number> = {};
  bits.forEach((found, row) => {
    if (found === 0) return;
    const place = (next[found] ??= 0);
    next[found]!++;
    if (found >= 128) {
      const { coefficientBits, steps } = projection!.kinds[found - 128]!;
      const digits = [...rowsByBits[found as ProjectedKind]!].map((byte) =>
        [...byte.toString(2).padStart(8, '0')].reverse().join(''),
      );
      const halfAt = (of: Uint8Array, at: number) => fromFloat16(of[2 * at]! + 256 * of[2 * at + 1]!);
      const rowBits = coefficientBits.reduce((sum, own) => sum + own, 0);
      const ofRow = digits.join('').slice(place * rowBits, (place + 1) * rowBits);
      const { fround } = Math;
      for (let column = 0; column < dim; column++) {
        let value = halfAt(projection!.basis, column);
        const vectors = coefficientBits.map((_, k) =>
          fround(halfAt(projection!.basis, (1 + k) * dim + column) * halfAt(steps, k)),
        );
        coefficientBits.forEach((own, k) => {
          value = fround(value - fround(((2 ** own - 1) / 2) * vectors[k]!));
        });
        let from = 0;
        coefficientBits.forEach((own, k) => {
          if (own === 0) return;
          const code = parseInt([...ofRow.slice(from, (from += own))].reverse().join(''), 2);
          value = fround(value + fround(code * vectors[k]!));
        });
        dense[row * dim + column] = value;
      }
      return;
    }
    const bytes = storedRowBytes(found as StoredRowBits, dim);
    const packed = rowsByBits[found as StoredRowBits]!.slice(place * bytes, (place + 1) * bytes);
    const binary = [...packed].map((byte) => byte.toString(2).padStart(8, '0'));
    const number = (at: number, length: number) =>
      parseInt(
        binary
          .slice(at, at + length)
          .reverse()
          .join(''),
        2,
      );
    const half = (at: number) => {
      const read = number(at, 2);
      const [sign, exponent, fraction] = [read >> 15, (read >> 10) & 31, (read & 1023) / 1024];
      return (sign ? -1 : 1) * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
    };
    for (let column = 0; column < dim; column++) {
      let value;
      if (found === 32) value = new Float32Array(packed.buffer)[column]!;
      else if (found === 16) value = half(2 * column);
      else {
        const end = 8 - ((column * found) % 8);
        const code = parseInt(binary[Math.floor((column * found) / 8)]!.slice(end - found, end), 2);
        value = code * half(bytes - 4) + half(bytes - 2);
      }
      dense[row * dim + column] = value;
    }
  });
  return dense;
}

function bytesOfParts(table: MixedPrecisionTable): number {
  const { index, classes, classBits, projection } = table.parts();
  const arrays = [...classes.map(({ rows }) => rows), ...classBits];
  if (projection) {
    arrays.push(projection.basis);
    for (const { coefficientBits, steps } of projection.kinds) {
      arrays.push(steps, Uint8Array.from(coefficientBits));
    }
  }
  if (index.kind === 'bitmap') arrays.push(index.bits);
  if (index.kind === 'elias-fano') arrays.push(index.high, index.low);
  return arrays.reduce((sum, { length }) => sum + length, 0);
}

const indexRows = 200_000;

function spreadRows(keptShare: number): MixedPrecisionTable {
  const shape: [number, number] = [indexRows, 16];
  return MixedPrecisionTable.fromRows(mixedRows({ shape, keptShare, weights: [0, 1, 0, 0, 0, 0], seed: 5 }));
}

function indexBits(share: number): number {
  const table = spreadRows(share);
  return 8 * (table.byteLength - 8 * table.storedRows);
}

describe('MixedPrecisionTable', () => {
  test('reads every row as its fused form says, pruned ones as +0', () => {
    fc.assert(
      fc.property(arbitraryMixedTable(), (input) => {
        const table = MixedPrecisionTable.fromRows(input);
        expect(table.toDense()).toEqual(expected(input));
        expect(table.bits).toEqual(input.bits);
      }),
    );
  });

  test('gathers rows by id with the plain loop and with the kernel, and leaves what is between them', () => {
    fc.assert(
      fc.property(
        arbitraryMixedTable(),
        fc.array(fc.nat(), { maxLength: 40 }),
        fc.nat({ max: 5 }),
        (input, picks, gap) => {
          const [rows, dim] = input.shape;
          if (rows === 0) return;
          const ids = Int32Array.from(picks, (pick) => pick % rows);
          const stride = dim + gap;
          const dense = expected(input);
          const gathered = new Float32Array(ids.length * stride).fill(7);
          const wanted = gathered.slice();
          ids.forEach((id, place) => wanted.set(dense.subarray(id * dim, (id + 1) * dim), place * stride));
          const untouched = gathered.slice();
          MixedPrecisionTable.fromRows(input).gatherRows(ids, gathered, stride);
          expect(gathered).toEqual(wanted);

          const memory = new TableMemory();
          const table = MixedPrecisionTable.fromRows({ ...input, memory });
          const [idsAt, outAt] = [memory.allocate(4 * ids.length), memory.allocate(4 * wanted.length)];
          const [idsThere, out] = [memory.int32(idsAt, ids.length), memory.float32(outAt, wanted.length)];
          idsThere.set(ids);
          out.set(untouched);
          table.gatherRows(idsThere, out, stride);
          expect(out).toEqual(wanted);
        },
      ),
    );
  });

  test('gathers long batches that look up rows again, from several tables of one memory', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryMixedTable(3000), { minLength: 2, maxLength: 2 }),
        fc.array(fc.record({ table: fc.nat({ max: 1 }), distinct: fc.integer({ min: 1, max: 4000 }) }), {
          minLength: 2,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 1100 }),
        (inputs, batches, length) => {
          if (inputs.some(({ shape }) => shape[0] === 0)) return;
          const memory = new TableMemory();
          const tables = inputs.map((input) => MixedPrecisionTable.fromRows({ ...input, memory }));
          const denseTables = inputs.map(expected);
          const [idsAt, outAt] = [memory.allocate(4 * length), memory.allocate(4 * length * 32)];
          const ids = memory.int32(idsAt, length);
          for (const { table, distinct } of batches) {
            const [rows, dim] = inputs[table]!.shape;
            ids.forEach((_, place) => (ids[place] = ((place * 7919) % distinct) % rows));
            const out = memory.float32(outAt, length * dim);
            tables[table]!.gatherRows(ids, out);
            const dense = denseTables[table]!;
            const wanted = new Float32Array(length * dim);
            ids.forEach((id, place) => wanted.set(dense.subarray(id * dim, (id + 1) * dim), place * dim));
            expect(out).toEqual(wanted);
            ids[length - 1] = rows;
            expect(() => tables[table]!.gatherRows(ids, out)).toThrow(
              `id ${rows} at position ${length - 1} is not a row`,
            );
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('finds rows where more are stored than 16 bits count', () => {
    const rows = 400_000;
    const input = mixedRows({ shape: [rows, 1], keptShare: 0.2, weights: [0, 1, 0, 0, 0, 0], seed: 2 });
    const table = MixedPrecisionTable.fromRows(input);
    expect(table.storedRows).toBeGreaterThan(65_536);
    const dense = expected(input);
    const ids = Int32Array.from({ length: 10_000 }, (_, place) => (place * 7919) % rows);
    const out = new Float32Array(ids.length);
    table.gatherRows(ids, out);
    expect(out).toEqual(Float32Array.from(ids, (id) => dense[id]!));
    const { rowsOfBits } = table;
    expect(mixedPrecisionBytes({ rows, dim: 1, rowsOfBits })).toBe(table.byteLength);
  });

  test('takes as many bytes as its counts say, before there is a table', () => {
    fc.assert(
      fc.property(arbitraryMixedTable(), (input) => {
        const [rows, dim] = input.shape;
        const table = MixedPrecisionTable.fromRows(input);
        const { rowsOfBits } = table;
        const { projection } = input;
        expect(mixedPrecisionBytes({ rows, dim, rowsOfBits, projection })).toBe(table.byteLength);
        // What a file holds is all but the counts, which take at most a fifth of the index and 4 bytes each.
        expect(table.byteLength).toBeGreaterThanOrEqual(bytesOfParts(table));
        const rowBytes = table.parts().classes.reduce((sum, ofClass) => sum + ofClass.rows.length, 0);
        expect(table.byteLength).toBeLessThanOrEqual(1.2 * (bytesOfParts(table) - rowBytes) + rowBytes + 56);
      }),
    );
  });

  test('finds rows by a bitmap of 1.0625 bits a row where half of them are kept', () => {
    expect(indexBits(0.5) / indexRows).toBeCloseTo(1.0625, 3);
  });

  test.each([0.1, 0.03, 0.01, 0.003])(
    'finds rows by 2.7 + log2(rows / kept) bits a kept row where %s of them are kept',
    (share) => {
      const { storedRows } = spreadRows(share);
      expect(indexBits(share) / storedRows).toBeLessThanOrEqual(2.7 + Math.log2(indexRows / storedRows));
    },
  );

  test('needs less than two bits for the class of a row of three', () => {
    const input = mixedRows({ shape: [90_000, 16], keptShare: 1, weights: [0, 3, 2, 1, 0, 0], seed: 5 });
    const table = MixedPrecisionTable.fromRows(input);
    const rowBytes = table.parts().classes.reduce((sum, { rows }) => sum + rows.length, 0);
    expect((8 * (table.byteLength - rowBytes)) / table.storedRows).toBeLessThan(1.0625 * 1.51);
  });

  test('rounds a dense table, each row to its bits', () => {
    fc.assert(
      fc.property(arbitraryMixedTable(400), fc.boolean(), ({ shape, bits: input }, byCurvature) => {
        const [rows, dim] = shape;
        const data = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at));
        const curvature = byCurvature
          ? Float64Array.from({ length: dim * dim }, (_, at) => (at % (dim + 1) === 0 ? 2 : 0.5))
          : undefined;
        const bits = input.map((found) => (found < 128 ? found : 8));
        const table = MixedPrecisionTable.fromDense({ table: { data, shape }, bits, curvature });
        expect(table.bits).toEqual(bits);
        const read = table.toDense();
        const rounding = byCurvature ? 'curvature' : 'nearest';
        bits.forEach((found, row) => {
          const values = data.subarray(row * dim, (row + 1) * dim);
          let wanted: Float32Array;
          if (found === 0) wanted = new Float32Array(dim);
          else if (found === 32) wanted = values;
          else if (found === 16) wanted = values.map((value) => fromFloat16(toFloat16(value)));
          else {
            const format = { dim, bits: found as 1 | 2 | 4 | 8 };
            wanted = unpackFusedRows({
              ...format,
              packed: roundRows({ ...format, values, rounding, curvature }),
            });
          }
          expect(read.subarray(row * dim, (row + 1) * dim)).toEqual(wanted);
        });
      }),
    );
  });

  test('codes projected rows of a dense table by their curvature, as the coder says', () => {
    fc.assert(
      fc.property(arbitraryMixedTable(300), fc.boolean(), ({ shape, bits, projection }, byCurvature) => {
        if (!projection) return;
        const [rows, dim] = shape;
        const data = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * at));
        const curvature = byCurvature
          ? Float64Array.from({ length: dim * dim }, (_, at) => (at % (dim + 1) === 0 ? 2 : 0.5))
          : undefined;
        const table = MixedPrecisionTable.fromDense({ table: { data, shape }, bits, curvature, projection });
        expect(table.bits).toEqual(bits);
        const read = table.toDense();
        const cost = (row: number, values: ArrayLike<number>) => {
          let sum = 0;
          for (let i = 0; i < dim; i++) {
            for (let j = 0; j < dim; j++) {
              const [a, b] = [row * dim + i, row * dim + j];
              const weight = curvature ? curvature[i * dim + j]! : i === j ? 1 : 0;
              sum += weight * (values[i]! - data[a]!) * (values[j]! - data[b]!);
            }
          }
          return sum;
        };
        const coder = new ProjectedCoder({ projection, dim, curvature });
        const codes = new Uint16Array(5);
        bits.forEach((kind, row) => {
          if (kind < 128) return;
          const stored = read.subarray(row * dim, (row + 1) * dim);
          coder.take(data, row * dim);
          const found = coder.code(kind - 128, codes);
          const { origin, vectors } = expandedKind(projection.basis, projection.kinds[kind - 128]!, dim);
          const scale = 1 + cost(row, origin) + cost(row, new Float32Array(dim));
          const reach = vectors.flatMap((own, k) =>
            [...own].map((value) => Math.abs(value) * 2 ** projection.kinds[kind - 128]!.coefficientBits[k]!),
          );
          const slack = 1e-6 * dim * dim * (scale + Math.max(...reach) ** 2);
          expect(Math.abs(found - cost(row, stored))).toBeLessThanOrEqual(slack);
        });
      }),
    );
  });

  test('one coefficient takes the nearest of its values', () => {
    const half = (values: readonly number[]) => new Uint8Array(Uint16Array.from(values, toFloat16).buffer);
    const projection = {
      basis: half([1, 2, 0.5, 0]),
      kinds: [{ coefficientBits: [3], steps: half([0.25]) }],
    };
    // The second column is that of the mean; the first is 1 + 0.125 x (-3.5 to 3.5).
    const data = Float32Array.of(0.9, 2, 1.3, 3, 7, 2, -7, 2, 1.45, 2);
    const bits = new Uint8Array(5).fill(128);
    const table = MixedPrecisionTable.fromDense({ table: { data, shape: [5, 2] }, bits, projection });
    expect([...table.toDense()]).toEqual([0.9375, 2, 1.3125, 2, 1.4375, 2, 0.5625, 2, 1.4375, 2]);
    expect(table.rowsOfBits[128]).toBe(5);
    // 15 bits of codes, 8 bytes of basis, 3 of one coefficient.
    expect(table.byteLength).toBe(2 + 8 + 3);
  });

  test.each([
    [{ bits: Uint8Array.of(8) }, 'expected the bits of 2 rows, found 1'],
    [{ bits: Uint8Array.of(8, 3) }, 'found 3 at row 1'],
    [{ data: Float32Array.of(1, 2, NaN, 4) }, /^cannot store row 1, column 0 in 4 bits: .*, found NaN/],
    [{ data: Float32Array.of(1, 2, 3, 70_000) }, /row 1, column 1 in 4 bits: .* within 65504, found 70000/],
    [
      { bits: Uint8Array.of(8, 32), data: Float32Array.of(1, 2, 3, -Infinity) },
      'row 1, column 1 in 32 bits: expected a finite value, found -Infinity',
    ],
    [{ data: new Float32Array(3) }, 'shape (2, 2) with 3 values'],
    [{ curvature: new Float64Array(3) }, 'expected a curvature (2, 2), found 3 values'],
  ])('refuses a dense table that does not fit: %j', (changed, message) => {
    const { data, ...others } = { data: Float32Array.of(1, 2, 3, 4), bits: Uint8Array.of(8, 4), ...changed };
    expect(() => MixedPrecisionTable.fromDense({ table: { data, shape: [2, 2] }, ...others })).toThrow(
      message,
    );
  });

  test('is built again from its parts, with nothing copied', () => {
    fc.assert(
      fc.property(arbitraryMixedTable(), (input) => {
        const parts = MixedPrecisionTable.fromRows(input).parts();
        const again = MixedPrecisionTable.fromParts(parts);
        expect(again.toDense()).toEqual(expected(input));
        again.parts().classes.forEach(({ rows }, place) => expect(rows).toBe(parts.classes[place]!.rows));
        again.parts().classBits.forEach((bits, place) => expect(bits).toBe(parts.classBits[place]));
      }),
    );
  });

  test('is read in a worker thread from parts that it shares', async () => {
    const input = mixedRows({ shape: [3000, 8], keptShare: 0.1, weights: [0, 3, 2, 1, 0, 0], seed: 3 });
    const shared = (bytes: Uint8Array) => {
      const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
      copy.set(bytes);
      return copy;
    };
    const { shape, index, classes, classBits } = MixedPrecisionTable.fromRows(input).parts();
    expect(index.kind).toBe('elias-fano');
    const { high, low, ...others } = index as Extract<MixedPrecisionParts['index'], { kind: 'elias-fano' }>;
    const parts: MixedPrecisionParts = {
      shape,
      index: { ...others, high: shared(high), low: shared(low) },
      classes: classes.map(({ bits, rows }) => ({ bits, rows: shared(rows) })),
      classBits: classBits.map(shared),
    };
    // The built package, as threads cannot load TypeScript.
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { MixedPrecisionTable } = require(workerData.module);
      const table = MixedPrecisionTable.fromParts(workerData.parts);
      parentPort.on('message', ({ ids, out }) => {
        table.gatherRows(ids, out);
        parentPort.postMessage('gathered');
      });`;
    const module = builtFile(join(__dirname, '../../../dist/index.cjs'));
    const worker = new Worker(program, { eval: true, workerData: { module, parts } });
    const ids = Int32Array.from({ length: shape[0] }, (_, row) => row);
    const gatheredThere = async () => {
      const out = new Float32Array(new SharedArrayBuffer(4 * shape[0] * shape[1]));
      worker.postMessage({ ids, out });
      await once(worker, 'message');
      return Float32Array.from(out);
    };
    try {
      expect(await gatheredThere()).toEqual(expected(input));
      // It holds the rows themselves, no copy.
      for (const { rows } of parts.classes) rows.fill(0);
      expect(await gatheredThere()).toEqual(new Float32Array(shape[0] * shape[1]));
    } finally {
      await worker.terminate();
    }
  });

  test('is still read where its memory has grown and moved', () => {
    const input = mixedRows({ shape: [900, 4], keptShare: 0.1, weights: [0, 1, 1, 0, 0, 0], seed: 1 });
    const memory = new TableMemory();
    const table = MixedPrecisionTable.fromRows({ ...input, memory });
    memory.allocate(1 << 20);
    expect(table.toDense()).toEqual(expected(input));
    expect(table.bits).toEqual(input.bits);
    const out = new Float32Array(4);
    table.gatherRows(Int32Array.of(5), out);
    expect(out).toEqual(expected(input).slice(20, 24));
  });

  test('is gathered where its memory ends with its last row', () => {
    for (let stored = 1; stored <= 8; stored++) {
      const shape: [number, number] = [stored, 16];
      const input = mixedRows({ shape, keptShare: 1, weights: [0, 0, 0, 1, 0, 0], seed: stored });
      const build = (fill: number) => {
        const memory = new TableMemory();
        const [idsAt, outAt] = [memory.allocate(32), memory.allocate(64)];
        memory.allocate(fill);
        return { memory, idsAt, outAt, table: MixedPrecisionTable.fromRows({ ...input, memory }) };
      };
      const { memory, table, idsAt, outAt } = build(build(0).memory.freeBytes % 65536);
      expect(memory.freeBytes % 65536).toBe(0);
      memory.int32(idsAt, 1)[0] = stored - 1;
      const out = memory.float32(outAt, 16);
      table.gatherRows(memory.int32(idsAt, 1), out);
      expect(out).toEqual(expected(input).slice(-16));
    }
  });

  test('reaches rows that lie past 2 GiB', () => {
    const rows = 130_000_000;
    // Untouched pages of the array take no memory.
    const packed = new Uint8Array(20 * rows);
    packed.set([1, 2, 3], packed.length - 20);
    packed[packed.length - 3] = 0x3c;
    const table = MixedPrecisionTable.fromParts({
      shape: [rows, 16],
      index: { kind: 'all' },
      classes: [{ bits: 8, rows: packed }],
      classBits: [],
    });
    const out = new Float32Array(32);
    table.gatherRows(Int32Array.of(rows - 1, 0), out);
    expect([...out]).toEqual([1, 2, 3, ...Array(29).fill(0)]);
  });

  test('refuses ids that are no rows, in both gathers', () => {
    const input = mixedRows({ shape: [90, 4], keptShare: 0.5, weights: [0, 1, 1, 0, 0, 0], seed: 1 });
    const memory = new TableMemory();
    const fast = MixedPrecisionTable.fromRows({ ...input, memory });
    for (const bad of [90, -1]) {
      const message = `id ${bad} at position 40 is not a row of a table of 90 rows`;
      const ids = Int32Array.from({ length: 41 }, (_, place) => (place === 40 ? bad : place));
      const plain = MixedPrecisionTable.fromRows(input);
      expect(() => plain.gatherRows(ids, new Float32Array(41 * 4))).toThrow(message);
      const [idsAt, outAt] = [memory.allocate(4 * 41), memory.allocate(16 * 41)];
      const there = memory.int32(idsAt, 41);
      there.set(ids);
      expect(() => fast.gatherRows(there, memory.float32(outAt, 41 * 4))).toThrow(message);
    }
  });

  test.each([
    [{ bits: Uint8Array.of(0, 3) }, 'expected rows of 0, 1, 2, 4, 8, 16, 32 bits, found 3 at row 1'],
    [{ bits: Uint8Array.of(0, 128) }, 'expected rows of 0, 1, 2, 4, 8, 16, 32 bits, found 128 at row 1'],
    [{ bits: Uint8Array.of(0) }, 'expected the bits of 2 rows, found 1'],
    [{ bits: Uint8Array.of(4, 4) }, 'expected 12 bytes for 2 rows of 4 bits, found 6'],
    [{ bits: Uint8Array.of(0, 8) }, 'expected 8 bytes for 1 rows of 8 bits, found 0'],
    [
      { rowsByBits: { 4: Uint8Array.of(1, 2, 0, 0x7c, 0, 0) } },
      'rows4: expected finite scales and minima, found another value at position 0',
    ],
    [
      { bits: Uint8Array.of(4, 4), rowsByBits: { 4: Uint8Array.of(...new Uint8Array(11), 0xfc) } },
      'rows4: expected finite scales and minima, found another value at position 1',
    ],
  ])('refuses rows that do not fit: %j', (changed, message) => {
    const rows = { shape: [2, 4] as const, bits: Uint8Array.of(0, 4), rowsByBits: { 4: new Uint8Array(6) } };
    expect(() => MixedPrecisionTable.fromRows({ ...rows, ...changed })).toThrow(new RangeError(message));
  });

  test('may have 2^31 rows', () => {
    const parts = { shape: [2 ** 31, 4], index: { kind: 'none' }, classes: [], classBits: [] } as const;
    const out = new Float32Array(4).fill(7);
    MixedPrecisionTable.fromParts(parts).gatherRows(Int32Array.of(2 ** 31 - 1), out);
    expect([...out]).toEqual([0, 0, 0, 0]);
  });

  test('refuses to count more stored rows than there are', () => {
    expect(() => mixedPrecisionBytes({ rows: 3, dim: 4, rowsOfBits: { 2: 2, 8: 2 } })).toThrow(
      'expected at most 3 stored rows, found 4',
    );
  });

  describe('of parts that do not fit', () => {
    const input = mixedRows({ shape: [1000, 4], keptShare: 0.05, weights: [0, 3, 2, 1, 0, 0], seed: 9 });
    const parts = MixedPrecisionTable.fromRows(input).parts();
    const index = parts.index as Extract<MixedPrecisionParts['index'], { kind: 'elias-fano' }>;
    const kept = parts.classes.reduce(
      (sum, { bits, rows }) => sum + rows.length / storedRowBytes(bits as StoredRowBits, 4),
      0,
    );
    const flipped = (bytes: Uint8Array, bit: number) =>
      bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    const firstOne = [...index.high].findIndex((byte) => byte !== 0) * 8;

    test.each<[string, Partial<MixedPrecisionParts>, string | RegExp]>([
      ['fewer rows', { shape: [100, 4] }, /^high: expected \d+ bytes for \d+ bits, found/],
      ['other rows', { shape: [1000, 100_000] }, /^rows2: expected rows of \d+ bytes, at least one, found/],
      ['a shape that no table has', { shape: [-1, 4] }, /expected rows to be a whole number .* found -1/],
      ['more rows than ids reach', { shape: [2 ** 31 + 1, 4] }, 'shape: expected at most 2^31 rows'],
      [
        'all rows where some are stored',
        { index: { kind: 'all' } },
        /^index: expected 1000 stored rows where all/,
      ],
      [
        'no rows where some are stored',
        { index: { kind: 'none' } },
        /^index: expected 0 stored rows where none/,
      ],
      [
        'a bitmap of other rows',
        { index: { kind: 'bitmap', bits: new Uint8Array(125) } },
        `bits: expected ${kept} ones, found 0`,
      ],
      [
        'a bitmap of another length',
        { index: { kind: 'bitmap', bits: new Uint8Array(124) } },
        'bits: expected 125 bytes for 1000 bits, found 124',
      ],
      [
        'an index with another count',
        { index: { ...index, high: flipped(index.high, firstOne) } },
        /^high: expected \d+ ones, found/,
      ],
      [
        'low bits of another length',
        { index: { ...index, low: index.low.subarray(1) } },
        /^low: expected \d+ bytes/,
      ],
      [
        'low bits that no index has',
        { index: { ...index, lowBits: 11 } },
        'low: expected 1 to 10 low bits, found 11',
      ],
      [
        'classes twice',
        { classes: [parts.classes[0]!, parts.classes[0]!, parts.classes[2]!] },
        `classes: expected rows of ${parts.classes[0]!.bits} bits only once`,
      ],
      [
        'a class without rows',
        { classes: [{ ...parts.classes[0]!, rows: new Uint8Array() }, ...parts.classes.slice(1)] },
        /^rows\d: expected rows of \d+ bytes, at least one, found/,
      ],
      [
        'rows of no values in bytes',
        { shape: [1000, 0], classes: [{ bits: 16, rows: new Uint8Array(1) }] },
        'rows16: expected rows of 0 bytes, at least one, found 1 bytes',
      ],
      [
        'a class out of range',
        { classes: parts.classes.map(({ rows }) => ({ bits: 3 as 2, rows })) },
        'classes: expected rows of 1, 2, 4, 8, 16, 32 bits, found 3',
      ],
      [
        'a class bitmap less',
        { classBits: parts.classBits.slice(1) },
        'classes: expected 2 bitmaps for 3 classes, found 1',
      ],
      [
        'a class bitmap with another count',
        { classBits: [flipped(parts.classBits[0]!, 3), parts.classBits[1]!] },
        /^classes0: expected \d+ ones, found/,
      ],
    ])('refuses %s', (_, changed, message) => {
      expect(() => MixedPrecisionTable.fromParts({ ...parts, ...changed })).toThrow(message);
    });

    describe('with projected rows', () => {
      const projected = mixedRows({
        shape: [200, 4],
        keptShare: 0.5,
        weights: [0, 1, 0, 0, 0, 0, 1, 1],
        projected: [[3, 2], [7]],
        seed: 4,
      });
      const whole = MixedPrecisionTable.fromRows(projected).parts();
      const { basis, kinds } = whole.projection!;
      const [first, second] = kinds as [ProjectedRows, ProjectedRows];
      const infinite = second.steps.slice().fill(0xff);
      const place = whole.classes.findIndex(({ bits }) => bits === 129);
      const { count, rows } = whole.classes[place]!;
      const withClass = (changed: object) => ({
        classes: whole.classes.map((of, at) => (at === place ? { ...of, ...changed } : of)),
      });
      const padded = new Uint8Array(rows.length);
      padded.set(rows);
      padded[rows.length - 1]! |= 0x80;

      test.each<[string, Partial<MixedPrecisionParts>, string | RegExp]>([
        ['no basis', { projection: undefined }, /^classes: expected rows of .* bits, found 12[89]/],
        ['another basis', { projection: { basis: basis.subarray(2), kinds } }, /^basis: expected 24 bytes/],
        ['no kinds', { projection: { basis, kinds: [] } }, 'projection: expected 1 to 6 kinds'],
        [
          'seven kinds',
          { projection: { basis, kinds: Array.from({ length: 7 }, () => first) } },
          'projection: expected 1 to 6 kinds',
        ],
        [
          'one coefficient of two of too many bits',
          { projection: { basis, kinds: [{ ...first, coefficientBits: [3, 17] }, second] } },
          'rows128: expected coefficients of 0 to 16 bits, at least 1 together, found [3, 17]',
        ],
        [
          'coefficients of no bits',
          { projection: { basis, kinds: [first, { ...second, coefficientBits: [0] }] } },
          'rows129: expected coefficients of 0 to 16 bits, at least 1 together, found [0]',
        ],
        [
          'a coefficient of negative bits',
          { projection: { basis, kinds: [first, { ...second, coefficientBits: [-1] }] } },
          'rows129: expected coefficients of 0 to 16 bits, at least 1 together, found [-1]',
        ],
        [
          'coefficients of many bits',
          { projection: { basis, kinds: [first, { ...second, coefficientBits: [17] }] } },
          'rows129: expected coefficients of 0 to 16 bits',
        ],
        [
          'steps that are no numbers',
          { projection: { basis, kinds: [first, { ...second, steps: infinite }] } },
          'steps129: expected finite values, found others at place 0',
        ],
        ['no count', withClass({ count: undefined }), 'rows129: expected a number of rows'],
        ['no rows', withClass({ count: 0, rows: new Uint8Array() }), 'rows129: expected a number of rows'],
        ['another count', withClass({ count: count! + 9 }), /^rows129: expected \d+ bytes for .*found \d+$/],
        ['ones after the rows', withClass({ rows: padded }), /^rows129: has ones after its \d+ rows/],
      ])('refuses %s', (_, changed, message) => {
        expect((count! * 7) % 8).not.toBe(0);
        expect(() => MixedPrecisionTable.fromParts({ ...whole, ...changed })).toThrow(message);
      });
    });

    test('refuses to be expanded into another room', () => {
      expect(() => MixedPrecisionTable.fromParts(parts).expandInto(new Float32Array(3999))).toThrow(
        new RangeError('expected room for 1000 rows of 4 values, found 3999 values'),
      );
    });

    test('refuses rows that do not increase', () => {
      const twice = MixedPrecisionTable.fromRows({
        shape: [64, 4],
        bits: Uint8Array.from({ length: 64 }, (_, row) => (row === 3 || row === 2 ? 2 : 0)),
        rowsByBits: { 2: new Uint8Array(10) },
      }).parts();
      const { lowBits, low } = twice.index as typeof index;
      const other = { ...twice.index, low: flipped(flipped(low, 0), lowBits) } as typeof index;
      expect(() => MixedPrecisionTable.fromParts({ ...twice, index: other })).toThrow(
        'low: expected rows that increase, below 64, found 2 after 3',
      );
    });
  });
});

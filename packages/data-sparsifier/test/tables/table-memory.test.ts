import { QuantizedTable } from '../../src/tables/quantized-table.js';
import { SparseTable } from '../../src/tables/sparse/sparse-table.js';
import { TableMemory } from '../../src/tables/table-memory.js';

const pageBytes = 65536;

describe('TableMemory', () => {
  test('refuses more bytes than it can address, and stays as it was', () => {
    const memory = new TableMemory();
    const used = memory.allocate(100) + 100;
    const { buffer } = memory;
    for (const bytes of [2 ** 32, memory.freeBytes + 1]) {
      expect(() => memory.allocate(bytes)).toThrow(
        new RangeError(
          `a table memory holds at most ${2 ** 32} bytes: ${used} are used, ${bytes} more were requested`,
        ),
      );
    }
    expect(memory.buffer).toBe(buffer);
    expect(memory.allocate(0)).toBe(Math.ceil(used / 64) * 64);
  });

  test('grows only when it is full', () => {
    const memory = new TableMemory();
    const { buffer } = memory;
    memory.allocate(memory.freeBytes % pageBytes);
    expect([memory.buffer, memory.buffer.byteLength]).toEqual([buffer, pageBytes]);
    expect(memory.buffer).toBe(buffer);
    memory.allocate(1);
    expect(memory.buffer.byteLength).toBe(2 * pageBytes);
  });

  test('keeps its scratch bytes where they are until more are wanted', () => {
    const memory = new TableMemory();
    const first = memory.scratch(100);
    const { freeBytes } = memory;
    expect([memory.scratch(100), memory.scratch(1), memory.freeBytes]).toEqual([first, first, freeBytes]);
    const larger = memory.scratch(101);
    expect(larger).toBeGreaterThanOrEqual(first + 100);
    expect([memory.scratch(101), memory.scratch(100)]).toEqual([larger, larger]);
  });
});

describe.each([
  ['SparseTable', SparseTable],
  ['QuantizedTable', QuantizedTable],
])('%s in a memory', (_, tables) => {
  // More than three groups of 64 rows; 0 and the row's number times 255, which codes of 8 bits hold exactly.
  const [rows, dim] = [200, 4];
  const data = Float32Array.from({ length: rows * dim }, (_value, at) => {
    const row = Math.floor(at / dim);
    return row % 3 === 0 || at % 2 === 0 ? 0 : 255 * row;
  });
  const table = { data, shape: [rows, dim] };
  const rowsOf = (ids: readonly number[]) =>
    ids.flatMap((id) => [...data.subarray(id * dim, (id + 1) * dim)]);

  test('takes its bytes there, and knows how many', () => {
    const memory = new TableMemory();
    const before = memory.freeBytes;
    const built = tables.fromDense({ table, memory });
    expect(built.memory).toBe(memory);
    expect(built.byteLength).toBe(tables.fromDense({ table }).byteLength);
    // With a header, and each part begins at a multiple of 64.
    const taken = before - memory.freeBytes;
    expect(taken).toBeGreaterThan(built.byteLength);
    expect(taken).toBeLessThan(built.byteLength + 7 * 64);
  });

  test('is read wherever the ids and the rows are, also when the memory has moved', () => {
    const memory = new TableMemory();
    const built = tables.fromDense({ table, memory });
    const ids = [199, 0, 65, 130, 128, 1];
    const [idsAt, outAt] = [memory.allocate(4 * ids.length), memory.allocate(4 * ids.length * dim)];
    for (const grown of [0, 1 << 20]) {
      memory.allocate(grown);
      const inside = { ids: memory.int32(idsAt, ids.length), out: memory.float32(outAt, ids.length * dim) };
      inside.ids.set(ids);
      for (const from of [inside.ids, Int32Array.from(ids)]) {
        for (const to of [inside.out, new Float32Array(ids.length * dim)]) {
          to.fill(9);
          built.gatherRows(from, to);
          expect([...to]).toEqual(rowsOf(ids));
        }
      }
      expect(built.toDense()).toEqual(data);
    }
  });
});

test('the bytes of a table are those of its arrays', () => {
  const table = { data: new Float32Array(130 * 8).fill(1), shape: [130, 8] };
  // A bit for each of 3 * 64 rows, and a count for each 64.
  const rowIndex = (3 * 64) / 8 + 3 * 4;
  // A bit for each of 9 * 128 blocks and 64 more, a count for each 128, and 4 values more than are kept.
  const blocks = (9 * 128 + 64) / 8 + 9 * 4;
  expect(SparseTable.fromDense({ table }).byteLength).toBe(rowIndex + blocks + 4 * (130 * 8 + 4));
  // Codes, scale and offset, and 4 bytes after the last row.
  expect(QuantizedTable.fromDense({ table }).byteLength).toBe(rowIndex + 130 * (8 + 4 + 4) + 4);
  expect(QuantizedTable.fromDense({ table, bits: 4 }).byteLength).toBe(rowIndex + 130 * (4 + 2 + 2) + 4);
});

test.each([[[4]], [[2, 2, 1]], [[0.5, 8]], [[-1, -4]], [[]]])('a table of shape %j is refused', (shape) => {
  const table = { data: new Float32Array(4), shape };
  for (const tables of [SparseTable, QuantizedTable]) {
    expect(() => tables.fromDense({ table })).toThrow(
      new RangeError(
        `expected a table of shape (rows, dim), found shape (${shape.join(', ')}) with 4 values`,
      ),
    );
  }
});

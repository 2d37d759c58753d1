import { MixedPrecisionTable, TableMemory } from '../../../src/index.js';
import { mixedRows, type MixedRows } from './arbitrary-mixed-table.js';

/** The rows of a table, gathered by its kernel. */
function gathered(input: MixedRows, ids: Int32Array): Float32Array {
  const memory = new TableMemory();
  const table = MixedPrecisionTable.fromRows({ ...input, memory });
  expect(table.memory).toBe(memory);
  const [, dim] = input.shape;
  const [idsAt, outAt] = [memory.allocate(4 * ids.length), memory.allocate(4 * ids.length * dim)];
  const [there, out] = [memory.int32(idsAt, ids.length), memory.float32(outAt, ids.length * dim)];
  there.set(ids);
  table.gatherRows(there, out);
  return out.slice();
}

/** The same without a kernel. */
function looped(input: MixedRows, ids: Int32Array): Float32Array {
  const out = new Float32Array(ids.length * input.shape[1]);
  MixedPrecisionTable.fromRows(input).gatherRows(ids, out);
  return out;
}

test.each([
  ['all', 1, 900],
  ['none', 0, 900],
  ['bitmap', 0.5, 900],
  ['elias-fano', 0.05, 900],
  // More than 2^16 rows.
  ['elias-fano', 0.2, 400_000],
])('the kernel finds rows by an index of kind %s, %s of %i rows', (kind, keptShare, rows) => {
  const input = mixedRows({ shape: [rows, 2], keptShare, weights: [0, 1, 2, 0, 0, 0], seed: 6 });
  expect(MixedPrecisionTable.fromRows(input).parts().index.kind).toBe(kind);
  const ids = Int32Array.from({ length: 3000 }, (_, place) => (place * 7919) % rows);
  expect(gathered(input, ids)).toEqual(looped(input, ids));
});

test('the kernel reads rows of several projected kinds in one gather', () => {
  const input = mixedRows({
    shape: [500, 6],
    keptShare: 0.8,
    weights: [0, 0, 1, 0, 0, 0, 1, 1, 1],
    projected: [
      [3, 2, 5],
      [7, 1],
      [4, 4, 0, 4],
    ],
    seed: 8,
  });
  const ids = Int32Array.from({ length: 1500 }, (_, place) => (place * 17) % 500);
  expect(gathered(input, ids)).toEqual(looped(input, ids));
});

import fc from 'fast-check';
import { SparseTable, TableMemory } from '@ds/data-sparsifier';
import { DenseTable, subtractSteps } from '../../src/tables/dense-table.js';
import { gatherRowsOfTables } from '../../src/tables/gather-rows.js';
import { formula } from '../formula.js';

const lookups = fc
  .record({
    dim: fc.integer({ min: 1, max: 37 }),
    rows: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
    size: fc.integer({ min: 1, max: 7 }),
  })
  .chain(({ dim, rows, size }) =>
    fc.record({
      dim: fc.constant(dim),
      size: fc.constant(size),
      values: fc.tuple(
        ...rows.map((count) => fc.float32Array({ minLength: count * dim, maxLength: count * dim })),
      ),
      ids: fc
        .tuple(
          ...Array.from({ length: size }, () => fc.tuple(...rows.map((count) => fc.nat({ max: count - 1 })))),
        )
        .map((examples) => Int32Array.from(examples.flat())),
    }),
  );

/** The same values, `offset` values after the start of their buffer. */
function shifted(data: Float32Array, offset: number): Float32Array {
  const copy = new Float32Array(offset + data.length).subarray(offset);
  copy.set(data);
  return copy;
}

test.each(['tables first', 'examples first'] as const)(
  'a batch gathers the looked-up rows of the used tables, %s, bit for bit and wherever they lie',
  (order) => {
    fc.assert(
      fc.property(lookups, fc.nat({ max: 1 }), fc.nat({ max: 1 }), fc.nat(), (lookup, from, to, unused) => {
        const { dim, size, values, ids } = lookup;
        // Not the tables whose bits are set.
        const used = [...values.keys()].filter((table) => ((unused >> table) & 1) === 0);
        const tables = values.map(
          (data) => new DenseTable({ data: shifted(data, from), shape: [data.length / dim, dim] }),
        );
        const expected = new Float32Array((order === 'tables first' ? used.length * size : ids.length) * dim);
        ids.forEach((id, lookup) => {
          const [example, table] = [Math.floor(lookup / values.length), lookup % values.length];
          if (!used.includes(table)) return;
          const place = order === 'tables first' ? used.indexOf(table) * size + example : lookup;
          expected.set(values[table]!.subarray(id * dim, (id + 1) * dim), place * dim);
        });
        const out = shifted(new Float32Array(expected.length), to);
        gatherRowsOfTables(tables, ids, out, { order, used });
        expect(out).toEqual(expected);
      }),
    );
  },
);

test('a batch gathers from tables in one memory, in another one, and in none', () => {
  const memory = new TableMemory();
  const tables = Array.from({ length: 4 }, (_, index) => ({
    data: Float32Array.from(formula(index, 7 * 8), (x) => (x < 0.6 ? 0 : x)),
    shape: [7, 8],
  }));
  const ids = Int32Array.from(formula(9, 5 * 4), (x) => Math.floor(7 * x));
  const out = new Float32Array(4 * 5 * 8);
  gatherRowsOfTables(
    [
      SparseTable.fromDense({ table: tables[0]!, memory }),
      SparseTable.fromDense({ table: tables[1]!, memory: new TableMemory() }),
      SparseTable.fromDense({ table: tables[2]! }),
      new DenseTable(tables[3]!),
    ],
    ids,
    out,
    { order: 'tables first', used: [0, 1, 2, 3] },
  );
  tables.forEach(({ data }, index) => {
    const expected = Array.from({ length: 5 }, (_, example) => ids[example * 4 + index]! * 8).flatMap(
      (row) => [...data.subarray(row, row + 8)],
    );
    expect([...out.subarray(index * 40, (index + 1) * 40)]).toEqual(expected);
  });
});

test('a row looked up several times takes every step, and other rows stay', () => {
  fc.assert(
    fc.property(lookups, ({ dim, size, values, ids }) => {
      // Small whole numbers, so that sums in any order are equal.
      const steps = new Float32Array(size * values.length * dim).map((_, index) => (index % 13) - 6);
      const tables = values.map((data) => {
        const whole = data.map((_, index) => index);
        return new DenseTable({ data: whole, shape: [data.length / dim, dim] });
      });
      const expected = tables.map(({ data }) => [...data]);
      steps.forEach((step, index) => {
        const lookup = Math.floor(index / dim);
        expected[lookup % tables.length]![ids[lookup]! * dim + (index % dim)]! -= step;
      });
      subtractSteps(tables, ids, steps);
      expect(tables.map(({ data }) => [...data])).toEqual(expected);
    }),
  );
});

import fc from 'fast-check';
import { DenseTable, gatherBatch, subtractSteps } from '../src/table.js';

const lookups = fc
  .record({
    dim: fc.integer({ min: 1, max: 5 }),
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

test('a batch gathers the looked-up rows, bit for bit', () => {
  fc.assert(
    fc.property(lookups, ({ dim, size, values, ids }) => {
      const tables = values.map((data) => new DenseTable({ data, shape: [data.length / dim, dim] }));
      const expected = [...ids].flatMap((id, lookup) => {
        const data = values[lookup % values.length]!;
        return [...data.subarray(id * dim, (id + 1) * dim)];
      });
      expect(gatherBatch(tables, ids, size)).toEqual(Float32Array.from(expected));
    }),
  );
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

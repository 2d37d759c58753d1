import fc from 'fast-check';
import type { DlrmConfig } from '../../src/models/dlrm/config.js';
import { InteractionMemory, liveColumns } from '../../src/engines/onnx/interaction/interaction-memory.js';
import { formula } from '../formula.js';

/** `interact_features` in plain loops: the first vector, then the products under the diagonal, row by row. */
function expectedFeatures(vectors: readonly Float32Array[], example: number, dim: number): number[] {
  const rows = vectors.map((values) => [...values.subarray(example * dim, (example + 1) * dim)]);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return [...rows[0]!, ...rows.flatMap((a, i) => rows.slice(0, i).map((b) => dot(a, b)))];
}

const sizes = fc.record({
  tables: fc.integer({ min: 1, max: 30 }),
  dim: fc.integer({ min: 1, max: 21 }),
  count: fc.integer({ min: 1, max: 9 }),
  room: fc.integer({ min: 0, max: 4 }),
});

function openMemory({
  tables,
  dim,
  count,
  room,
}: {
  tables: number;
  dim: number;
  count: number;
  room: number;
}) {
  const config: DlrmConfig = {
    embeddingDim: dim,
    tableRows: Array.from({ length: tables }, () => 1),
    bottomMlp: [1, dim],
    topMlp: [dim + (tables * (tables + 1)) / 2, 1],
  };
  return new InteractionMemory({ config, capacity: count + room });
}

describe('InteractionMemory', () => {
  test('computes the features of any number of vectors, live or not', () => {
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.boolean()), (size, isLive) => {
        const { tables, dim, count } = size;
        const interaction = openMemory(size);
        const live = [0];
        const vectors = Array.from({ length: tables + 1 }, (_, index) => {
          const values = Float32Array.from(formula(index, count * dim), (x) => x - 0.5);
          if (index > 0 && isLive.next().value) values.fill(0);
          else if (index > 0) live.push(index);
          if (index === 0) interaction.bottomOutput(count).set(values);
          else interaction.rows(count).set(values, (index - 1) * count * dim);
          return values;
        });
        expect([...interaction.liveVectors(count)]).toEqual(live);
        const width = dim + (tables * (tables + 1)) / 2;
        const all = interaction.features(count).slice();
        const reduced = interaction.features(count, Int32Array.from(live)).slice();
        const columns = liveColumns(Int32Array.from(live), dim);
        for (let example = 0; example < count; example++) {
          const expected = expectedFeatures(vectors, example, dim);
          expected.forEach((value, column) => {
            expect(all[example * width + column]).toBeCloseTo(value, 6);
          });
          columns.forEach((column, place) => {
            expect(reduced[example * columns.length + place]).toBe(all[example * width + column]);
          });
          const left = expected.filter((_, column) => !columns.includes(column));
          expect(left.every((value) => value === 0)).toBe(true);
        }
      }),
    );
  });
});

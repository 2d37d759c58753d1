import fc from 'fast-check';
import type { DlrmConfig } from '../../../src/models/dlrm/config.js';
import { TableMemory } from '@ds/data-sparsifier';
import { forwardKernel } from '../../../src/engines/onnx/kernels/forward-kernel.js';
import { InteractionMemory } from '../../../src/engines/onnx/kernels/interaction-memory.js';
import { usedTables } from '../../../src/models/dlrm/hooks/kept-features.js';
import { formula } from '../../formula.js';
import { expectClose } from '../../golden-model.js';

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

interface Sizes {
  tables: number;
  dim: number;
  count: number;
  room: number;
}

function configOf({ tables, dim }: Sizes): DlrmConfig {
  return {
    embeddingDim: dim,
    tableRows: Array.from({ length: tables }, () => 1),
    bottomMlp: [1, dim],
    topMlp: [dim + (tables * (tables + 1)) / 2, 1],
  };
}

function openMemory(sizes: Sizes, keptFeatures?: number[]) {
  const config = configOf(sizes);
  const topMlp = [keptFeatures?.length ?? config.topMlp[0]!, 1];
  const memory = new TableMemory();
  return new InteractionMemory({
    memory,
    kernel: forwardKernel(memory.linearMemory),
    config: { ...config, topMlp, keptFeatures },
    capacity: sizes.count + sizes.room,
  });
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
        const columns = interaction.liveColumns(Int32Array.from(live));
        for (let example = 0; example < count; example++) {
          const expected = expectedFeatures(vectors, example, dim);
          const found = all.subarray(example * width, (example + 1) * width);
          expectClose('features', found, expected, 5e-7);
          expect(reduced.subarray(example * columns.length, (example + 1) * columns.length)).toEqual(
            Float32Array.from(columns, (column) => found[column]!),
          );
          const left = expected.filter((_, column) => !columns.includes(column));
          expect(left.every((value) => value === 0)).toBe(true);
        }
      }),
    );
  });

  test('computes some features alone, of live vectors alone, equal to those among all', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.infiniteStream(fc.boolean()),
        fc.infiniteStream(fc.boolean()),
        (size, isKept, isLive) => {
          const { tables, dim, count } = size;
          const config = configOf(size);
          const kept = Array.from({ length: config.topMlp[0]! }, (_, feature) => feature).filter(
            (feature) => isKept.next().value || feature === 0,
          );
          const [whole, some] = [openMemory(size), openMemory(size, kept)];
          // Vectors of tables that no pair is left of have no place.
          const used = [0, ...usedTables({ ...config, keptFeatures: kept }).map((table) => table + 1)];
          expect(some.rows(count)).toHaveLength((used.length - 1) * count * dim);
          for (let index = 0; index <= tables; index++) {
            const values = Float32Array.from(formula(index, count * dim), (x) => x - 0.5);
            for (const [memory, place] of [[whole, index] as const, [some, used.indexOf(index)] as const]) {
              if (place === 0) memory.bottomOutput(count).set(values);
              else if (place > 0) memory.rows(count).set(values, (place - 1) * count * dim);
            }
          }
          const vectors = Array.from({ length: tables + 1 }, (_, index) => index);
          const live = Int32Array.from(vectors.filter((index) => index === 0 || isLive.next().value));
          const liveOfUsed = Int32Array.from(used.keys()).filter((place) => live.includes(used[place]!));
          for (const [ofWhole, ofSome] of [[undefined, undefined] as const, [live, liveOfUsed] as const]) {
            const all = whole.features(count, ofWhole);
            const columnsOfAll = ofWhole
              ? whole.liveColumns(ofWhole)
              : Int32Array.from(all.subarray(0, config.topMlp[0]!).keys());
            const found = some.features(count, ofSome);
            const columns = ofSome ? some.liveColumns(ofSome) : Int32Array.from(kept.keys());
            expect(found).toHaveLength(count * columns.length);
            for (let example = 0; example < count; example++) {
              const expected = Array.from(
                columns,
                (column) => all[example * columnsOfAll.length + columnsOfAll.indexOf(kept[column]!)]!,
              );
              const ofExample = found.subarray(example * columns.length, (example + 1) * columns.length);
              expectClose('features', ofExample, expected, 5e-6);
            }
          }
        },
      ),
    );
  });
});

import { gridPointOf, modelColumns } from '../../src/results/grid-point-schema.js';

const blocks = { norm: 'L1', sparseBlockShape: [1, 4], sparsityLevel: 0.5 } as const;
const codes = { method: 'rows-nearest', bits: 4 };
const original = ['norm', 'sparse_block_shape', 'sparsity_level'];
const measured = [{ name: 'length', cell: () => 1 }];
const names = (models: Parameters<typeof modelColumns>[1]) => modelColumns(measured, models).map(({ name }) => name);

test("a file of the original's models has the original's columns, and ours come last where a model needs them", () => {
  expect(names([blocks, blocks])).toEqual([...original, 'length']);
  expect(names([])).toEqual([...original, 'length']);
  expect(names([blocks, codes])).toEqual([...original, 'length', 'method', 'bits']);
  expect(names([codes, { ...blocks, scope: 'global' }, { method: 'mixed-precision', ratio: 8 }])).toEqual([
    ...[...original, 'length', 'scope', 'method', 'bits', 'ratio'],
  ]);
});

test('the model of a row has the fields that name it, and no others', () => {
  expect(Object.keys(gridPointOf({ ...blocks, scope: undefined, ...{ length: 3 } } as never))).toEqual([
    ...['norm', 'sparseBlockShape', 'sparsityLevel'],
  ]);
  expect(gridPointOf({ ...codes, ...{ length: 3 } })).toEqual(codes);
});

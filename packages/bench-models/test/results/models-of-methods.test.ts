import { distinctModels } from '../../src/results/distinct-models.js';
import { modelsOfMethods } from '../../src/results/models-of-methods.js';

const blockNorm = { norm: 'L1', sparseBlockShape: [1, 4], sparsityLevel: 0.5, path: 'a' } as const;
const rows = { method: 'rows-nearest', bits: 4, path: 'b' } as const;
const models = [blockNorm, rows];

test('the models of the wanted methods, or all', () => {
  expect(modelsOfMethods('m.csv', models as never[], undefined)).toEqual(models);
  expect(modelsOfMethods('m.csv', models as never[], ['rows-nearest'])).toEqual([rows]);
  expect(modelsOfMethods('m.csv', models as never[], ['rows-nearest', 'block-norm'])).toEqual(models);
});

test('a method without a model is an error that lists those found', () => {
  expect(() => modelsOfMethods('m.csv', models as never[], ['block-norm', 'rows-greedy'])).toThrow(
    'm.csv: expected a model of method rows-greedy, found block-norm, rows-nearest',
  );
});

test('a model with two rows is an error, one with a row for each kind of tables is not', () => {
  expect(distinctModels('m.csv', models as never[])).toBe(models);
  expect(() => distinctModels('m.csv', [...models, blockNorm] as never[])).toThrow(
    'm.csv: expected each model once, found two rows of L1, blocks (1, 4), level 0.5',
  );
  const dense = { ...blockNorm, dlrmType: 'dense_tables' };
  const sparse = { ...blockNorm, dlrmType: 'sparse_tables' };
  expect(distinctModels('m.csv', [dense, sparse] as never[])).toHaveLength(2);
  expect(() => distinctModels('m.csv', [dense, sparse, dense] as never[])).toThrow(
    'found two rows of L1, blocks (1, 4), level 0.5, dense_tables',
  );
});

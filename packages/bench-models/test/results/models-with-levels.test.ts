import type { SparseModelMetadata } from '../../src/results/metadata.js';
import { modelsWithLevels } from '../../src/results/models-with-levels.js';

const model = (sparsityLevel: number, path: string): SparseModelMetadata => ({
  norm: 'L1',
  sparseBlockShape: [1, 4],
  sparsityLevel,
  stepTimeSec: 1,
  zipFileSize: 1,
  path,
});
const models = [model(0, 'a'), model(0.9, 'b'), model(1, 'c'), model(0.9, 'd')];

test('the models of these levels, in the order of the file', () => {
  expect(modelsWithLevels('m.csv', models, [0.9]).map(({ path }) => path)).toEqual(['b', 'd']);
  expect(modelsWithLevels('m.csv', models, [1, 0]).map(({ path }) => path)).toEqual(['a', 'c']);
});

test('all models where no levels are given', () => {
  expect(modelsWithLevels('m.csv', models, undefined)).toEqual(models);
});

test('a level that no model has is an error', () => {
  expect(() => modelsWithLevels('m.csv', models, [0, 0.5])).toThrow(
    'm.csv: expected a model of sparsity level 0.5, found 0, 0.9, 1',
  );
});

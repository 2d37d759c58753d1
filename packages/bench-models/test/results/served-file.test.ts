import type { SparseModelMetadata } from '../../src/results/metadata.js';
import { servedFile } from '../../src/results/served-file.js';

const model: SparseModelMetadata = {
  norm: 'L1',
  sparseBlockShape: [1, 4],
  sparsityLevel: 0.5,
  stepTimeSec: 1,
  zipFileSize: 1,
  path: '/models/m.zip',
};
const sparsePath = '/models/m.sparse.zip';

test('sparse tables come from the sparse file where there is one, dense ones never', () => {
  const both = { ...model, sparsePath };
  expect(servedFile(both, { tables: 'sparse' }).path).toBe(sparsePath);
  expect(servedFile(both, { tables: 'dense' }).path).toBe(model.path);
  expect(servedFile(model, { tables: 'sparse' }).path).toBe(model.path);
});

test.each([
  [[1, 1], 1],
  [[1, 4], 4],
  [[4, 1], 1],
  [[2, 8], 1],
] as const)('blocks of %j are held in blocks of %d', ([rows, columns], width) => {
  const shaped = { ...model, sparseBlockShape: [rows, columns] as const };
  expect(servedFile(shaped, { tables: 'sparse' }).blockWidth).toBe(width);
});

test('tables of codes are served from a file that has them, never made sparse from their values', () => {
  const { stepTimeSec, zipFileSize, path } = model;
  const codes = { stepTimeSec, zipFileSize, path, method: 'mixed-precision', ratio: 8 };
  expect(servedFile({ ...codes, sparsePath }, { tables: 'sparse' }).path).toBe(sparsePath);
  expect(servedFile(codes, { tables: 'dense' }).path).toBe(model.path);
  expect(() => servedFile(codes, { tables: 'sparse' })).toThrow(
    '/models/m.zip: expected a file with compressed tables next to it, found only dense ones',
  );
});

import type { SparseModelMetadata } from '@ds/bench-models';
import { firstOfEachModel } from '../src/first-of-each-model.js';

const unmeasured = { stepTimeSec: 0, zipFileSize: 0 };
const made = { ...unmeasured, sourceSha256: 'a', tablesCrc32: 1, prunedValues: 4 };

test.each<[string, SparseModelMetadata, SparseModelMetadata, number]>([
  ['one file', { ...made, path: '/a' }, { ...made, path: '/a', norm: 'L2' }, 1],
  ['two files', { ...made, path: '/a' }, { ...made, path: '/b' }, 2],
  ['a file and a model without one', { ...made, path: '/a' }, made, 2],
  ['models without files that have the same tables', { ...made, norm: 'L1' }, { ...made, norm: 'L2' }, 1],
  ['models with other tables', made, { ...made, tablesCrc32: 2 }, 2],
  ['models of other trained models', made, { ...made, sourceSha256: 'b' }, 2],
])('%s', (_, one, other, count) => {
  expect(firstOfEachModel([one, other])).toEqual([one, other].slice(0, count));
});

import { partOfPath, partPath } from '../src/part-path.js';

test('the file of a part has its number before the extension', () => {
  expect(partPath('a.b/metrics.csv', { index: 2, count: 8 })).toBe('a.b/metrics.2-of-8.csv');
  expect(partPath('metrics', { index: 2, count: 8 })).toBe('metrics.2-of-8');
  expect(partPath('metrics.csv', undefined)).toBe('metrics.csv');
});

test('a file that already has the number of its part keeps its name', () => {
  for (const path of ['a.b/metrics.2-of-8.csv', 'metrics.2-of-8'])
    expect(partPath(path, { index: 2, count: 8 })).toBe(path);
  expect(partPath('metrics.2-of-8.csv', { index: 3, count: 8 })).toBe('metrics.2-of-8.3-of-8.csv');
});

test('the part of a file is read from its name', () => {
  for (const path of ['a.b/metrics.csv', 'metrics', 'x.1-of-3.csv']) {
    expect(partOfPath(partPath(path, { index: 12, count: 80 }))).toEqual({ index: 12, count: 80 });
  }
  for (const path of [
    'metrics.csv',
    'x.1-of-3/metrics.csv',
    '1-of-3.csv',
    'x.1-of-.csv',
    'x.1-of-3.csv.gz',
  ]) {
    expect(partOfPath(path)).toBeUndefined();
  }
});

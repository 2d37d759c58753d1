import { forwardSection } from '../../src/sections/forward/forward-section.js';

const pass = (dlrmType: string, timeTaken: number, medianTime?: number) => ({
  ...{ norm: 'L1' as const, sparseBlockShape: [1, 4] as const, sparsityLevel: 0, dlrmType, timeTaken },
  ...(medianTime === undefined
    ? {}
    : { medianTime, lowerQuartileTime: medianTime / 2, upperQuartileTime: medianTime * 2, runs: 5 }),
});

test('shows the median, which one slow run does not move, and its quartiles', () => {
  const rows = [pass('without_torch_sparse', 0.5, 0.012)];
  const [chart] = forwardSection.charts(rows);
  expect(chart!.panels[0]!.lines[0]!.points).toEqual([
    { place: 0, value: 12, spread: [6, 24], details: ['quartiles 6.00 ms to 24.0 ms', '5 runs'] },
  ]);
  expect(chart).toMatchObject({ valueLabel: 'Median time of one batch', unit: 'ms' });
  expect(chart!.reading).toBe('lower is better; strokes from quartile to quartile');
  expect(forwardSection.notes(rows)).toContain('the time is the median of the others');
  expect(forwardSection.summary(rows).cells(rows[0]!)).toEqual(['12.0 ms']);
  expect(forwardSection.tables(rows)[0]!.table.rows[0]!.slice(-5)).toEqual([
    '500',
    '12.0',
    '6.00 to 24.0',
    '–',
    '5',
  ]);
});

test('shows the mean where a file of the original has no more', () => {
  const rows = [pass('without_torch_sparse', 0.5)];
  const [chart] = forwardSection.charts(rows);
  expect(chart!.valueLabel).toBe('Mean time of one batch');
  expect(chart!.panels[0]!.lines[0]!.points).toEqual([{ place: 0, value: 500 }]);
  expect(forwardSection.notes(rows)).toContain('the time is the mean of the others');
});

test.each([
  [5.1, true],
  [4.9, false],
])('where COO takes %d times as long as dense, a logarithmic axis: %s', (times, isLogarithmic) => {
  const rows = [pass('with_torch_sparse', times), pass('without_torch_sparse', 1)];
  expect(forwardSection.charts(rows)[0]).toMatchObject({
    logarithmic: isLogarithmic,
    fromZero: !isLogarithmic,
  });
});

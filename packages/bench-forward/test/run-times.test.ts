import { runTimes } from '../src/run-times.js';

test('gives mean, median and quartiles as NumPy does', () => {
  // numpy.percentile([10, 40, 20, 30, 1000, 50], [25, 50, 75]) is [22.5, 35, 47.5]
  const times = runTimes([10, 40, 20, 30, 1000, 50]);
  expect(times.mean).toBeCloseTo(1150 / 6, 9);
  expect(times.lowerQuartile).toBeCloseTo(22.5, 9);
  expect(times.median).toBeCloseTo(35, 9);
  expect(times.upperQuartile).toBeCloseTo(47.5, 9);
});

test('of one run, it is all of them', () => {
  expect(runTimes([7])).toEqual({ mean: 7, median: 7, lowerQuartile: 7, upperQuartile: 7 });
});

import { timeRuns } from '../src/time-runs.js';

/** The times of runs on a clock that each run moves on by some milliseconds. */
async function timesOf(milliseconds: readonly number[]) {
  let now = 1000;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  const left = [...milliseconds];
  try {
    return await timeRuns(async () => (now += left.shift()!), milliseconds.length);
  } finally {
    clock.mockRestore();
  }
}

test('gives mean, median and quartiles of all runs but the first, as NumPy does', async () => {
  // numpy.percentile([10, 40, 20, 30, 1000, 50], [25, 50, 75]) is [22.5, 35, 47.5]
  const times = await timesOf([9999, 10, 40, 20, 30, 1000, 50]);
  expect(times.mean).toBeCloseTo(1.15 / 6, 9);
  expect(times.lowerQuartile).toBeCloseTo(0.0225, 9);
  expect(times.median).toBeCloseTo(0.035, 9);
  expect(times.upperQuartile).toBeCloseTo(0.0475, 9);
});

test('of two runs, the one that counts is all of them', async () => {
  const second = { mean: 0.007, median: 0.007, lowerQuartile: 0.007, upperQuartile: 0.007 };
  for (const [name, value] of Object.entries(await timesOf([100, 7]))) {
    expect(value).toBeCloseTo(second[name as keyof typeof second], 9);
  }
});

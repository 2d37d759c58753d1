import { pairedTimes } from '../src/paired-times.js';

test('medians of the rounds after the first, each pass first in half of them', async () => {
  const order: string[] = [];
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  // Milliseconds of each call: the first one is the slow start, and one is an outlier.
  const durations = { dense: [900, 40, 10, 20, 30], small: [500, 10, 10, 10, 1000] };
  const pass = (name: 'dense' | 'small') => async () => {
    order.push(name);
    now += durations[name].shift()!;
  };
  expect(await pairedTimes(pass('dense'), pass('small'), 5)).toEqual({
    first: 0.025,
    second: 0.01,
    ratio: 1.5,
  });
  expect(order.join(' ')).toBe('dense small small dense dense small small dense dense small');
  jest.restoreAllMocks();
});

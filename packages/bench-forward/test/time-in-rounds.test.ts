import { timeInRounds } from '../src/time-in-rounds.js';

/** Times passes on a clock that `milliseconds` moves on: what a run takes by pass and the number of runs before it. */
async function timed(
  passes: number,
  runs: number,
  milliseconds: (pass: number, runsBefore: number) => number,
): Promise<{ seconds: number[][]; order: number[]; progress: [done: number, total: number][] }> {
  let now = 1000;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  const order: number[] = [];
  const progress: [number, number][] = [];
  try {
    const all = Array.from({ length: passes }, (_, pass) => async () => {
      now += milliseconds(pass, order.length);
      order.push(pass);
    });
    const onRun = (...run: [number, number]) => progress.push(run);
    return { seconds: await timeInRounds(all, { runs, onRun }), order, progress };
  } finally {
    clock.mockRestore();
  }
}

test.each([1, 2, 5, 9, 10, 99])('each of three passes gets %d runs that count', async (runs) => {
  const { seconds, order, progress } = await timed(3, runs, (pass) => 10 * (pass + 1));
  const expected = [0.01, 0.02, 0.03].map((time) => Array.from({ length: runs }, () => time));
  seconds.forEach((times, pass) => {
    expect(times).toHaveLength(runs);
    times.forEach((time, run) => expect(time).toBeCloseTo(expected[pass]![run]!, 9));
  });
  expect(progress.at(-1)).toEqual([order.length, order.length]);
});

test('no run counts that follows one of another pass', async () => {
  const { order } = await timed(4, 12, () => 1);
  const lasts: number[] = [];
  // A run takes a second if the one before was of another pass, else a millisecond.
  const { seconds } = await timed(4, 12, (pass, before) => {
    lasts.push(pass);
    return before > 0 && lasts[before - 1] === pass ? 1 : 1000;
  });
  expect(lasts).toEqual(order);
  for (const time of seconds.flat()) expect(time).toBeCloseTo(0.001, 9);
});

test('a machine that gets slower all the time slows all passes alike', async () => {
  const { seconds } = await timed(6, 40, (_, before) => 100 + before);
  const means = seconds.map((times) => times.reduce((sum, time) => sum + time, 0) / times.length);
  const largest = Math.max(...means);
  expect(largest / Math.min(...means)).toBeLessThan(1.001);
  // One after another, the last would be slower by far.
  expect((100 + 48 * 5.5) / (100 + 48 * 0.5)).toBeGreaterThan(2.5);
});

test('every second round goes backwards, and each pair starts with another pass', async () => {
  const { order } = await timed(3, 30, () => 1);
  const turns = order.filter((_, run) => run % 6 === 0);
  expect(turns).toEqual([0, 1, 2, 2, 1, 0, 1, 2, 0, 0, 2, 1, 2, 0, 1, 1, 0, 2]);
});

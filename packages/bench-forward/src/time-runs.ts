/** What runs took, in seconds. */
export interface RunTimes {
  /** Mean, which the original gives. */
  mean: number;
  median: number;
  /** A quarter of the runs took less. */
  lowerQuartile: number;
  /** A quarter of the runs took more. */
  upperQuartile: number;
}

/**
 * Times runs like the original: one after another, without the first, which includes one-time set-up.
 *
 * @param runs at least 2
 */
export async function timeRuns(run: () => Promise<unknown>, runs: number): Promise<RunTimes> {
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    if (i > 0) seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return {
    mean: seconds.reduce((sum, each) => sum + each, 0) / seconds.length,
    median: quantile(seconds, 0.5),
    lowerQuartile: quantile(seconds, 0.25),
    upperQuartile: quantile(seconds, 0.75),
  };
}

/** A quantile of ascending values, between two of them by a straight line (type 7 of Hyndman and Fan 1996, as in NumPy). */
function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}

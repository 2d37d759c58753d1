/** The times of runs, in seconds. */
export interface RunTimes {
  /** Mean, which the original gives. */
  mean: number;
  median: number;
  /** A quarter of the runs took less. */
  lowerQuartile: number;
  /** A quarter of the runs took more. */
  upperQuartile: number;
}

/** Summarises the seconds of runs, of which there is at least one. */
export function runTimes(runs: readonly number[]): RunTimes {
  const seconds = [...runs].sort((a, b) => a - b);
  return {
    mean: seconds.reduce((sum, each) => sum + each, 0) / seconds.length,
    median: quantile(seconds, 0.5),
    lowerQuartile: quantile(seconds, 0.25),
    upperQuartile: quantile(seconds, 0.75),
  };
}

/** A quantile of ascending values, with linear interpolation (type 7 of Hyndman and Fan 1996, as in NumPy). */
function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}

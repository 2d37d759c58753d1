/** Times of two passes that were run alternately. */
export interface PairedTimes {
  /** Median seconds of the first one. */
  first: number;
  /** Median seconds of the second one. */
  second: number;
  /** Median over the rounds of the first one's time divided by the second one's. */
  ratio: number;
}

/**
 * Runs two passes alternately, so that drift in the machine's speed affects both. The first round, which includes one-time
 * set-up, is not counted.
 *
 * @param runs at least 2
 */
export async function pairedTimes(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
  runs: number,
): Promise<PairedTimes> {
  const rounds: { first: number; second: number }[] = [];
  for (let round = 0; round < runs; round++) {
    const times = { first: 0, second: 0 };
    // Each goes first in half of the rounds.
    const order = round % 2 === 0 ? (['first', 'second'] as const) : (['second', 'first'] as const);
    for (const name of order) {
      const start = performance.now();
      await (name === 'first' ? first : second)();
      times[name] = (performance.now() - start) / 1000;
    }
    if (round > 0) rounds.push(times);
  }
  return {
    first: median(rounds.map((round) => round.first)),
    second: median(rounds.map((round) => round.second)),
    ratio: median(rounds.map((round) => round.first / round.second)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

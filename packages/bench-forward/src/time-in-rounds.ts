/** Counted runs of a turn: few, so that there are many rounds, but more than the run before them that is not counted. */
const mostRunsOfTurn = 5;

/**
 * Times passes in rounds: in each, every pass has a turn of up to five runs, so that changes in the machine's speed affect all
 * passes. Every second round repeats the previous one backwards, so that a steady drift affects all equally; each pair of rounds
 * starts with another pass. The first run of a turn is not counted: it refills the caches, which the previous pass used, and in
 * the first round it includes one-time set-up.
 *
 * @param runs counted runs of each pass, at least 1
 * @param onRun called after each run, counted or not, with the number of runs done and the total
 * @returns the seconds of the counted runs of each pass
 */
export async function timeInRounds(
  passes: readonly (() => Promise<unknown>)[],
  { runs, onRun }: { runs: number; onRun?: (done: number, total: number) => void },
): Promise<number[][]> {
  const seconds = passes.map((): number[] => []);
  // At least two rounds, where two runs are wanted.
  const runsOfTurn = Math.min(mostRunsOfTurn, Math.ceil(runs / 2));
  const rounds = Math.ceil(runs / runsOfTurn);
  const total = passes.length * (runs + rounds);
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const counted = Math.min(runsOfTurn, runs - round * runsOfTurn);
    for (const pass of orderOfRound(passes.length, round)) {
      for (let run = 0; run <= counted; run++) {
        const start = performance.now();
        await passes[pass]!();
        if (run > 0) seconds[pass]!.push((performance.now() - start) / 1000);
        onRun?.(++done, total);
      }
    }
  }
  return seconds;
}

function orderOfRound(passes: number, round: number): number[] {
  const first = round >> 1;
  const places = Array.from({ length: passes }, (_, place) => (place + first) % passes);
  return round % 2 === 0 ? places : places.reverse();
}

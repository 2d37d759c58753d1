import { setTimeout } from 'node:timers/promises';

/** Milliseconds of rest before a side's turn, because the threads of the other side keep running for a while after its own. */
export const threadsRest = 300;

/** Median, smallest and largest value of the rounds; times are in seconds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The other side of a comparison: does its work once and returns the seconds that it took. */
export interface Rival {
  run(): Promise<number>;
}

export interface PairedTiming {
  ours: Spread;
  rival: Spread;
  /** Median over the rounds of the rival's time / our time; above 1, we are faster. */
  ratio: number;
  rounds: number;
}

/**
 * Times one of our functions and a rival in alternation: one warm-up round of each (unless `warmUp` is false), then
 * `rounds` alternating rounds. The environment variable PERFORMANCE_ROUNDS overrides `rounds`, for a quick look.
 */
export async function timeInPairs({
  ours,
  rival,
  rounds: usualRounds = 5,
  warmUp = true,
  clock = 'wall',
  pause = 0,
  repeats = 1,
}: {
  /** Does the work once. */
  ours: () => Promise<unknown> | unknown;
  rival: Rival;
  /** Counted rounds; default 5. */
  rounds?: number;
  /** Whether to run an uncounted first round; work that takes minutes needs none. Default true. */
  warmUp?: boolean;
  /** Whether our seconds are those of the clock or of this process on any CPU; the rival has a clock of its own. Default wall. */
  clock?: 'wall' | 'cpu';
  /** Milliseconds of rest before each side's turn. Default 0. */
  pause?: number;
  /** How often each side does the work in a turn; the times are of one. The rival takes care of its own. Default 1. */
  repeats?: number;
}): Promise<PairedTiming> {
  const now = clock === 'wall' ? () => performance.now() / 1000 : cpuSeconds;
  const rounds = Number(process.env['PERFORMANCE_ROUNDS'] ?? usualRounds);
  const seconds = { ours: [] as number[], rival: [] as number[] };
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    await setTimeout(pause);
    const start = now();
    for (let repeat = 0; repeat < repeats; repeat++) await ours();
    const ourSeconds = (now() - start) / repeats;
    await setTimeout(pause);
    const rivalSeconds = await rival.run();
    if (round === 0) continue;
    seconds.ours.push(ourSeconds);
    seconds.rival.push(rivalSeconds);
  }
  return {
    ours: spreadOf(seconds.ours),
    rival: spreadOf(seconds.rival),
    ratio: median(seconds.ours.map((ourSeconds, round) => seconds.rival[round]! / ourSeconds)),
    rounds,
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A rival that is a function in this process. */
export function inProcess(work: () => Promise<unknown>): Rival {
  return {
    run: async () => {
      const start = performance.now();
      await work();
      return (performance.now() - start) / 1000;
    },
  };
}

/** @param values one per round */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

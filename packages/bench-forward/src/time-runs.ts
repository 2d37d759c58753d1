/**
 * Mean seconds of a run, measured like the original: one run after another, without the first, which includes one-time
 * set-up.
 *
 * @param runs at least 2
 */
export async function timeRuns(run: () => Promise<unknown>, runs: number): Promise<number> {
  let seconds = 0;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    if (i > 0) seconds += (performance.now() - start) / 1000;
  }
  return seconds / (runs - 1);
}

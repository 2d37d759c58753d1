import type { PairedTiming, Spread } from './paired-timing.js';

/** Prints one program's comparisons as a Markdown section. */
export function printComparisons(
  title: string,
  comparisons: readonly { work: string; timing: PairedTiming; wanted: string }[],
): void {
  const rows = comparisons.map(
    ({ work, timing, wanted }) =>
      `| ${work} | ${describe(timing.ours)} | ${describe(timing.rival)} | ${timing.ratio.toPrecision(3)} | ${wanted} | ${timing.rounds} |`,
  );
  const head = [
    '| Work | Ours: median (min-max) | PyTorch | Ratio | Wanted | Rounds |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  process.stdout.write([`## ${title}`, '', ...head, ...rows, ''].join('\n'));
}

function describe({ median, min, max }: Spread): string {
  return `${duration(median)} (${duration(min)}-${duration(max)})`;
}

function duration(seconds: number): string {
  return seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

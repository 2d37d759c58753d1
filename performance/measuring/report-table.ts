import type { PairedTiming, Spread } from './paired-timing.js';

/** One piece of work, compared with its rival. */
export interface Comparison {
  work: string;
  timing: PairedTiming;
  /** The target ratio. */
  target: number;
}

/** Prints one program's comparisons: a sentence and a Markdown table. */
export function printComparisons(
  title: string,
  comparisons: readonly Comparison[],
  { rival = 'PyTorch' }: { rival?: string } = {},
): void {
  const rows = comparisons.map(({ work, timing, target }) => [
    work,
    describe(timing.ours),
    describe(timing.rival),
    timing.ratio.toPrecision(3),
    String(target),
    timing.ratio >= target ? 'yes' : 'no',
    String(timing.rounds),
  ]);
  printTable(title, ['Work', 'Ours: median (min-max)', rival, 'Ratio', 'Target', 'Reached', 'Rounds'], rows);
}

/** Prints a sentence and a Markdown table. */
export function printTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const table = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  process.stdout.write([`${title}.`, '', ...table, ''].join('\n'));
}

function describe({ median, min, max }: Spread): string {
  return `${duration(median)} (${duration(min)}-${duration(max)})`;
}

/** Seconds for readers: with their unit, three digits. */
export function duration(seconds: number): string {
  return seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

/** Bytes in units of 10^9. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}

/** Bytes in units of 10^6. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}

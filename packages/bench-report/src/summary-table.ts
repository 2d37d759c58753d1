import type { BenchmarkTables } from './benchmark-tables.js';
import { variantsOf } from './sections/forward/forward-chart.js';
import { tableKindsOf } from './sections/memory/memory-chart.js';
import { methodsOf } from './models.js';
import { zipBytes } from './sections/size/size-chart.js';
import { byteUnit, formatIn, timeUnit } from './units.js';

/** A table of texts with one heading for each column. */
export interface TextTable {
  headings: string[];
  rows: string[][];
}

const nothing = '–';
const levelsShown = [0, 0.5, 0.9, 0.95, 0.99, 1];

/** The models at a few levels, each with its size, quality, forward times and memory: what a reader looks at first. */
export function summaryTable({ sizes, quality, forward, memory = [] }: BenchmarkTables): TextTable {
  const sizeUnit = byteUnit(Math.max(...sizes.map(zipBytes)));
  const forwardUnit = timeUnit(Math.max(0, ...(forward ?? []).map(({ seconds }) => seconds)));
  const variants = variantsOf(forward ?? []);
  const memoryUnit = byteUnit(Math.max(0, ...memory.map(({ residentBytes }) => residentBytes)));
  const kinds = tableKindsOf(memory);
  const levels = levelsToShow(sizes.map(({ sparsityLevel }) => sparsityLevel));
  const shown = methodsOf(sizes).flatMap(({ norm, blockShape }) =>
    sizes
      .filter((row) => row.norm === norm && row.blockShape === blockShape && levels.has(row.sparsityLevel))
      .sort((a, b) => a.sparsityLevel - b.sparsityLevel),
  );
  return {
    headings: [
      'norm',
      'block',
      'level',
      'zip',
      'of level 0',
      ...(quality ? ['accuracy', 'ROC AUC', 'log loss'] : []),
      ...variants.map(({ name }) => `forward, ${name.replace(/ \(.*/, '')}`),
      ...kinds.map(({ name }) => `memory, ${name}`),
    ],
    rows: shown.map((row) => {
      const isSame = (other: typeof row | { norm: string; blockShape: string; sparsityLevel: number }) =>
        other.norm === row.norm &&
        other.blockShape === row.blockShape &&
        other.sparsityLevel === row.sparsityLevel;
      const dense = sizes.find(
        ({ norm, blockShape, sparsityLevel }) =>
          norm === row.norm && blockShape === row.blockShape && sparsityLevel === 0,
      );
      const metrics = quality?.find(isSame);
      const metric = (value: number | undefined) => value?.toFixed(3) ?? nothing;
      const times = variants.map(({ variant }) =>
        forward?.find((time) => time.variant === variant && isSame(time)),
      );
      return [
        row.norm,
        row.blockShape,
        String(row.sparsityLevel),
        formatIn(sizeUnit, zipBytes(row)),
        dense && zipBytes(dense) > 0 ? `${((100 * zipBytes(row)) / zipBytes(dense)).toFixed(1)} %` : nothing,
        ...(quality ? [metric(metrics?.accuracy), metric(metrics?.rocAuc), metric(metrics?.logLoss)] : []),
        ...times.map((time) => (time ? formatIn(forwardUnit, time.seconds) : nothing)),
        ...kinds.map(({ variant }) => {
          const taken = memory.find((other) => other.variant === variant && isSame(other));
          return taken ? formatIn(memoryUnit, taken.residentBytes) : nothing;
        }),
      ];
    }),
  };
}

function levelsToShow(levels: readonly number[]): Set<number> {
  const found = new Set(levels);
  if (found.size <= levelsShown.length) return found;
  const wanted = levelsShown.filter((level) => found.has(level));
  // A grid of other levels: its ends and middle.
  const sorted = [...found].sort((a, b) => a - b);
  return new Set(wanted.length >= 2 ? wanted : [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!]);
}

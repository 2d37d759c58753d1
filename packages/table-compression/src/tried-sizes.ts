import { dayCountFiles } from '@ds/criteo-data';
import { fingerprintOf, openJournal } from '@ds/files';
import { version } from '../package.json';
import type { CompressModelOptions } from './compress-model-options.js';
import type { RowForm } from './compress-tables.js';
import type { TriedSize } from './compress-within-auc-loss.js';

/** What a search for the smallest tables within a bound has evaluated, kept next to the output until that is written. */
export interface TriedSizes {
  /** How many sizes an interrupted run evaluated. */
  readonly count: number;
  /** The ROC AUC of the uncompressed model: from the interrupted run, or measured now. */
  baseAuc(measure: () => Promise<number>): Promise<number>;
  /** The sizes that the interrupted run evaluated, by their budget. */
  readonly known: ReadonlyMap<number, TriedSize>;
  /** Records an evaluated size. */
  keep(budget: number, size: TriedSize): void;
  /** Removes the record. */
  remove(): void;
}

const base = 'base';

/**
 * Opens the journal of a search, as `openJournal` does. The bound is not part of its fingerprint, because it only decides
 * which sizes are tried.
 */
export async function openTriedSizes(
  { output, fresh, ...options }: CompressModelOptions,
  rows: RowForm,
): Promise<TriedSizes> {
  const { modelPath, processedDataFile, dayCounts, calibrationRows, seed, engine, tables } = options;
  const dataFiles = processedDataFile
    ? [processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))]
    : [];
  const settings = { version, rows, dayCounts, calibrationRows, seed, engine, tables };
  const fingerprint = await fingerprintOf(settings, [modelPath, ...dataFiles]);
  const journal = openJournal<{ rocAuc: number } | TriedSize>({ output, fingerprint, fresh });
  const known = new Map<number, TriedSize>();
  for (const [key, entry] of journal.finished) if ('bytes' in entry) known.set(Number(key), entry);
  return {
    known,
    count: known.size,
    async baseAuc(measure) {
      const kept = journal.finished.get(base);
      if (kept && 'rocAuc' in kept) return kept.rocAuc;
      const rocAuc = await measure();
      journal.keep(base, { rocAuc });
      return rocAuc;
    },
    keep: (budget, size) => journal.keep(`${budget}`, size),
    remove: () => journal.remove(),
  };
}

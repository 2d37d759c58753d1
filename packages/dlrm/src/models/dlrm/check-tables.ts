import type { DlrmConfig } from './config.js';

/**
 * Checks that a model was made for a data set: as many tables as categorical columns, and in each a row for
 * each distinct value.
 *
 * @throws Error naming both files and the first table that differs, with both row counts
 */
export function checkTablesFitData({
  config,
  counts,
  modelPath,
  dataPath,
}: {
  config: DlrmConfig;
  /** Distinct values of each categorical column (`CriteoDataset.counts`). */
  counts: ArrayLike<number>;
  modelPath: string;
  dataPath: string;
}): void {
  const { tableRows } = config;
  if (tableRows.length !== counts.length) {
    throw new Error(
      `${modelPath}: expected ${counts.length} embedding tables, one for each categorical column of ` +
        `${dataPath}, found ${tableRows.length}`,
    );
  }
  const table = tableRows.findIndex((rows, index) => rows !== counts[index]);
  if (table >= 0) {
    throw new Error(
      `${modelPath}: emb_l.${table}.weight: expected ${counts[table]} rows, one for each value in ` +
        `${dataPath}, found ${tableRows[table]}`,
    );
  }
}

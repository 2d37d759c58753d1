import type { CheckpointMetadata } from '@ds/tensor-files';
import { checkIds } from './check-ids.js';
import type { DlrmConfig } from './config.js';

/**
 * Checks that a model was made for a data set: as many tables as categorical columns, in each a row for each distinct
 * value, and the same ids, where both say which they are.
 *
 * @throws Error naming both files and the first table that differs, with both row counts, or the ids
 */
export function checkTablesFitData({
  config,
  metadata = {},
  counts,
  idsFingerprint,
  modelPath,
  dataPath,
  onNote,
}: {
  config: DlrmConfig;
  /** What the checkpoint says beside its tensors (`Dlrm.metadata`). Default: nothing. */
  metadata?: CheckpointMetadata | undefined;
  /** Distinct values of each categorical column (`CriteoDataset.counts`). */
  counts: ArrayLike<number>;
  /** Which ids the data has (`CriteoDataset.idsFingerprint`). Default: it does not say. */
  idsFingerprint?: string | undefined;
  modelPath: string;
  dataPath: string;
  /** Called with why the ids were not checked, where they were not. */
  onNote?: ((note: string) => void) | undefined;
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
  checkIds({ metadata, idsFingerprint, modelPath, dataPath, onNote });
}

import type { CheckpointMetadata } from '@ds/tensor-files';
import { checkIds } from './check-ids.js';
import type { DlrmConfig } from '../config.js';

/**
 * Checks that a model fits a data set: one table for each categorical column, with one row for each distinct value; the same
 * number of dense features; and the same ids, if both have a fingerprint.
 *
 * @throws Error naming both files and the first table that differs, with both row counts, or the ids
 */
export function checkTablesFitData({
  config,
  metadata = {},
  counts,
  idsFingerprint,
  denseFeatures,
  modelPath,
  dataPath,
  onNote,
}: {
  config: DlrmConfig;
  /** The metadata of the checkpoint (`Dlrm.metadata`). Default: none. */
  metadata?: CheckpointMetadata | undefined;
  /** Distinct values of each categorical column (`CriteoDataset.counts`). */
  counts: ArrayLike<number>;
  /** The fingerprint of the data's ids (`CriteoDataset.idsFingerprint`). Default: unknown. */
  idsFingerprint?: string | undefined;
  /** Number of dense features (`CriteoDataset.denseFeatures`). Default: not checked. */
  denseFeatures?: number;
  modelPath: string;
  dataPath: string;
  /** Called with the reason if the ids were not checked. */
  onNote?: ((note: string) => void) | undefined;
}): void {
  const { tableRows } = config;
  if (tableRows.length !== counts.length) {
    throw new Error(
      `${modelPath}: expected ${counts.length} embedding tables, one for each categorical column of ` +
        `${dataPath}, found ${tableRows.length}`,
    );
  }
  const rowsFor = (count: number, table: number) => {
    const collisions = config.tableCollisions?.[table] ?? 1;
    return Math.ceil(count / collisions) * collisions;
  };
  const table = tableRows.findIndex((rows, index) => rows !== rowsFor(counts[index]!, index));
  if (table >= 0) {
    throw new Error(
      `${modelPath}: emb_l.${table}.weight: expected ${counts[table]} rows, one for each value in ` +
        `${dataPath}, found ${tableRows[table]}`,
    );
  }
  const [inputs] = config.bottomMlp;
  if (denseFeatures !== undefined && inputs !== denseFeatures) {
    throw new Error(
      `${modelPath}: bot_l.0.weight: expected ${denseFeatures} inputs, one for each integer column of ` +
        `${dataPath}, found ${inputs}`,
    );
  }
  checkIds({ metadata, idsFingerprint, modelPath, dataPath, onNote });
}

import type { CheckpointMetadata } from '@ds/tensor-files';
import { checkIds } from './check-ids.js';
import type { DlrmConfig } from './config.js';

/**
 * Checks that a model was made for a data set: as many tables as categorical columns, in each a row for each distinct
 * value, as many dense features, and the same ids, where both say which they are.
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
  /** What the checkpoint says beside its tensors (`Dlrm.metadata`). Default: nothing. */
  metadata?: CheckpointMetadata | undefined;
  /** Distinct values of each categorical column (`CriteoDataset.counts`). */
  counts: ArrayLike<number>;
  /** Which ids the data has (`CriteoDataset.idsFingerprint`). Default: it does not say. */
  idsFingerprint?: string | undefined;
  /** Number of dense features (`CriteoDataset.denseFeatures`). Default: not checked. */
  denseFeatures?: number;
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

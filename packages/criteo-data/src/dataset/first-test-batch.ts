import type { CriteoBatch } from './batches.js';
import type { DayCountOptions } from './day-counts.js';
import { openCriteoDataset } from './open-criteo-dataset.js';

/**
 * The first batch of the test split, for measurements that need only one.
 *
 * @returns the batch, with fewer rows if the split has fewer, and the distinct values of each categorical column
 * @throws Error naming the file if it cannot be read or its test split has no rows.
 */
export async function firstTestBatch({
  processedDataFile,
  batchSize,
  dayCounts,
}: {
  /** The processed npz file. */
  processedDataFile: string;
  /** Rows of the batch. */
  batchSize: number;
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions | undefined;
}): Promise<{
  /** The batch; smaller if the split is. */
  batch: CriteoBatch;
  /** Distinct values of each of the 26 categorical columns. */
  counts: Int32Array;
  /** Fingerprint of the id dictionaries; undefined if the file does not have it. */
  idsFingerprint: string | undefined;
}> {
  const dataset = await openCriteoDataset({ processedDataFile, split: 'test', dayCounts });
  try {
    const { counts, idsFingerprint } = dataset;
    for await (const batch of dataset.batches({ batchSize })) return { batch, counts, idsFingerprint };
  } finally {
    await dataset.close();
  }
  throw new Error(`${processedDataFile}: expected rows in the test split, found none`);
}

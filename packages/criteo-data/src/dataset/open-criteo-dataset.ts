import { rowsOfSplit, type RowRange, type Split } from '../day-split.js';
import { readBatches, type CriteoBatch } from './batches.js';
import { findDayCounts, type DayCountOptions } from './day-counts.js';
import { fileRows } from './file-rows.js';
import { openProcessedFile, type ProcessedFile } from './processed-file.js';
import { memoryRows, noLabel, rowLayout, type RowStore } from './row-store.js';

/** The rows of one split of a processed Criteo file. */
export interface CriteoDataset {
  /** Number of rows. */
  readonly length: number;
  /** Rows of the embedding table of each categorical column; Criteo has 26. */
  readonly counts: Int32Array;
  /** Number of dense features; Criteo has 13. */
  readonly denseFeatures: number;
  /** Whether the rows have labels. */
  readonly isLabelled: boolean;
  /** Fingerprint of the id dictionaries (`readIdDictionaries`); undefined where the file does not say it. */
  readonly idsFingerprint: string | undefined;
  /**
   * The rows in batches, the last one shorter if they do not divide: in the order of the file, or, with
   * `shuffleSeed`, all of them in a random order that depends on the seed alone.
   */
  batches(options: {
    /** Rows of a batch. */
    batchSize: number;
    /** Shuffle with this seed. Default: do not shuffle. */
    shuffleSeed?: number;
  }): AsyncIterable<CriteoBatch>;
  /** Frees the memory or removes the temporary file. */
  close(): Promise<void>;
}

/** What may be kept in memory before a temporary file is used, in bytes. */
const defaultMemory = 2 ** 31;

/**
 * Opens one split of a processed npz file (`preprocessCriteo`, or the original's data_utils.py): all days but the last
 * train (6 of Criteo Kaggle's 7), the first half of the last tests, the second validates; or all rows. A file without
 * the array `y` has unlabelled rows, of which only all can be opened; their labels are NaN. Rows are kept as 32-bit
 * numbers, 160 bytes each for Criteo's columns; more than `maxMemory` go to a temporary file of fixed-size records,
 * removed by `close`.
 *
 * @throws Error naming the file and the array when one is missing, has the wrong dtype or shape, or has a
 *   value outside its range; the day-count file that does not fit; that the rows have no labels.
 */
export async function openCriteoDataset({
  processedDataFile,
  split,
  dayCounts,
  maxMemory = defaultMemory,
  onProgress,
}: {
  /** Path of the npz file. */
  processedDataFile: string;
  /** Which rows. */
  split: Split;
  /** Where the rows of the days come from. Default: a day-count file beside the npz that fits, else 7 equal days. */
  dayCounts?: DayCountOptions | undefined;
  /** Bytes of rows to keep in memory at most. Default: 2 GiB. */
  maxMemory?: number;
  /** Called with the number of values read and to be read. */
  onProgress?: (done: number, total: number) => void;
}): Promise<CriteoDataset> {
  const file = await openProcessedFile(processedDataFile);
  let store: RowStore;
  try {
    if (!file.isLabelled && split !== 'all') {
      throw new Error(
        `${processedDataFile}: array "y": missing; rows without labels have no ${split} split, they can only be predicted`,
      );
    }
    const days = { path: processedDataFile, rows: file.rows, dayCounts: file.dayCounts };
    const counts = split === 'all' ? [file.rows] : await findDayCounts(days, dayCounts);
    store = await loadRows(file, { range: rowsOfSplit(counts, split), maxMemory, onProgress });
  } finally {
    await file.close();
  }
  return {
    length: store.length,
    counts: file.counts,
    isLabelled: file.isLabelled,
    idsFingerprint: file.idsFingerprint,
    denseFeatures: file.integerColumns,
    batches: (options) => readBatches(store, options),
    close: () => store.close(),
  };
}

async function loadRows(
  file: ProcessedFile,
  {
    range: { start, end },
    maxMemory,
    onProgress,
  }: { range: RowRange; maxMemory: number; onProgress?: (done: number, total: number) => void },
): Promise<RowStore> {
  const length = end - start;
  const layout = rowLayout(file.counts.length, file.integerColumns);
  const total = file.rows * layout.words;
  const step = 1 << 16;
  let done = 0;
  const fill = async (put: (row: number, word: number, value: number) => void) => {
    const from = (firstWord: number) => (row: number, column: number, value: number) => {
      if (row >= start && row < end) put(row - start, firstWord + column, value);
      if (++done % step === 0) onProgress?.(done, total);
    };
    await file.readColumns('X_cat', from(0));
    await file.readColumns('X_int', from(layout.categories));
    const labels = layout.categories + layout.integers;
    if (file.isLabelled) await file.readColumns('y', from(labels));
    else for (let row = start; row < end; row++) put(row - start, labels, noLabel);
    onProgress?.(total, total);
  };
  if (length * layout.words * 4 > maxMemory) return fileRows(length, layout, fill);
  const words = new Int32Array(length * layout.words);
  await fill((row, word, value) => {
    words[row * layout.words + word] = value;
  });
  return memoryRows(words, layout);
}

import type { RowRange, Split } from './day-split.js';
import { readBatches, type CriteoBatch } from './batches.js';
import type { DayCountOptions } from './day-counts.js';
import { fileRows } from './file-rows.js';
import { openProcessedFile, type ProcessedFile } from './processed-file.js';
import { memoryRows, noLabel, rowLayout, type PutColumn, type RowStore } from './row-store.js';
import { splitRanges } from './split-ranges.js';

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
  /** Fingerprint of the id dictionaries (`readIdDictionaries`); undefined if the file does not have it. */
  readonly idsFingerprint: string | undefined;
  /**
   * The rows in batches, of which the last may be smaller: in the order of the file, or with `shuffleSeed` in a random order
   * that depends only on the seed.
   */
  batches(options: {
    /** Rows per batch. */
    batchSize: number;
    /** Shuffle with this seed. Default: do not shuffle. */
    shuffleSeed?: number;
  }): AsyncIterable<CriteoBatch>;
  /** Frees the memory or removes the temporary file. */
  close(): Promise<void>;
}

/** Bytes of rows to keep in memory before a temporary file is used. */
const defaultMemory = 2 ** 31;

/**
 * Opens one split of a processed npz file (`preprocessCriteo`, or the original's data_utils.py): all days except the last
 * for training (6 of Criteo Kaggle's 7), the first half of the last day for testing, the second half for validation; or all
 * rows. A file without the array `y` has unlabelled rows, which can only be opened all together; their labels are NaN. Rows
 * are kept as 32-bit numbers, 160 bytes each for Criteo's columns; if they exceed `maxMemory`, they go to a temporary file of
 * fixed-size records, removed by `close`.
 *
 * @throws Error naming the file and an array that is missing, has the wrong dtype or shape, or has a value out of range;
 *   or a day-count file that does not fit; or if the split needs labels that the rows do not have.
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
  /** The rows to open. */
  split: Split;
  /** Where the number of rows of each day comes from. Default: the npz, else a matching file next to it, else 7 equal days. */
  dayCounts?: DayCountOptions | undefined;
  /** Maximum bytes of rows in memory. Default: 2 GiB. */
  maxMemory?: number;
  /** Called with the number of values read and the total. */
  onProgress?: (done: number, total: number) => void;
}): Promise<CriteoDataset> {
  const file = await openProcessedFile(processedDataFile);
  let store: RowStore;
  try {
    const [range] = await splitRanges(file, { path: processedDataFile, splits: [split], dayCounts });
    store = await loadRows(file, { range: range!, maxMemory, onProgress });
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
  let done = 0;
  const fill = async (put: PutColumn) => {
    const copy = async (array: 'X_cat' | 'X_int' | 'y', firstWord: number) => {
      for await (const { column, row, values } of file.readColumns(array)) {
        const [from, to] = [Math.max(row, start), Math.min(row + values.length, end)];
        if (from < to) put(firstWord + column, from - start, values.subarray(from - row, to - row));
        onProgress?.((done += values.length), total);
      }
    };
    await copy('X_cat', 0);
    await copy('X_int', layout.categories);
    const labels = layout.categories + layout.integers;
    if (file.isLabelled) await copy('y', labels);
    else putConstant(put, { word: labels, rows: length, value: noLabel });
    onProgress?.(total, total);
  };
  if (length * layout.words * 4 > maxMemory) return fileRows(length, layout, fill);
  return memoryRows(length, layout, fill);
}

function putConstant(
  put: PutColumn,
  { word, rows, value }: { word: number; rows: number; value: number },
): void {
  const values = new Int32Array(Math.min(rows, 1 << 16)).fill(value);
  for (let row = 0; row < rows; row += values.length) put(word, row, values.subarray(0, rows - row));
}

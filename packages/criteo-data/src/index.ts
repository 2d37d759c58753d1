/**
 * Converts Criteo click logs to DLRM input: preprocessing, day split, batches, npz, and seeded synthetic rows.
 *
 * @module @ds/criteo-data
 */
export { preprocessCriteo, type PreprocessedCriteo } from './preprocess/preprocess-criteo.js';
export {
  dictionariesFileOf,
  idsMetadata,
  idsMetadataKey,
  readIdDictionaries,
  type IdDictionaries,
} from './dictionaries/id-dictionaries.js';
export { parseColumnChoice, type ChosenColumn, type ColumnChoice } from './raw/rows/column-choice.js';
export type { Sampling } from './preprocess/sample-rows.js';
export { synthesizeCriteo } from './synthesize/synthesize-criteo.js';
export { openCriteoDataset, type CriteoDataset } from './dataset/open-criteo-dataset.js';
export { dayCountFiles, type DayCountOptions } from './dataset/day-counts.js';
export { requireSplitRows } from './dataset/require-split-rows.js';
export { firstTestBatch } from './dataset/first-test-batch.js';
export type { CriteoBatch } from './dataset/batches.js';
export { kaggleCounts } from './dataset/kaggle-counts.js';
export { RandomStream } from './random/random-stream.js';
export { rowsPerDay, type Split } from './dataset/day-split.js';
export { readNpz, writeNpz, type NpyData, type NpyDtype, type NpzArray, type NpzInput } from './npz.js';

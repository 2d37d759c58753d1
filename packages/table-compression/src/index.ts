/**
 * Compresses the embedding tables of a trained DLRM, choosing how many bits each row gets.
 *
 * @module @ds/table-compression
 */
export { tableImportance, type TableImportance } from './importance/table-importance.js';
export {
  compressTables,
  measureTables,
  type Budget,
  type CompressibleTables,
  type RowForm,
} from './compress-tables.js';
export { compressWithinAucLoss, type TriedSize } from './compress-within-auc-loss.js';
export type { CompressModelOptions, CompressionGoal } from './compress-model-options.js';
export { compressModel, type CompressedModel, type Quality } from './compress-model.js';
export type { OutputFormatId } from './output-formats.js';
export { MixedPrecisionTable } from '@ds/data-sparsifier';

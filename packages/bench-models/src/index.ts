/**
 * The shared base of the data sparsifier benchmarks: the grid of pruned models, their metadata, results files and shards
 * of a run.
 *
 * @module @ds/bench-models
 */
export {
  benchmarkGrid,
  defaultNorms,
  defaultSparseBlockShapes,
  defaultSparsityLevels,
  type GridRow,
} from './methods/block-norm/grid.js';
export { blockWidthOf, type BlockPoint, type BlockShape, type GridPoint } from './methods/grid/grid-point.js';
export type { Norm } from '@ds/data-sparsifier';
export type {
  CompressedTables,
  Method,
  MethodSetting,
  PieceMemory,
  SweepContext,
  SweepPlan,
} from './methods/method.js';
export {
  isUnpruned,
  methodOf,
  methods,
  methodSettings,
  methodsWithIds,
  methodsWithScopes,
  modelTitle,
} from './methods/methods.js';
export { modelName, modelZipPath } from './methods/grid/model-path.js';
export { sweepsOfShard } from './methods/grid/sweeps-of-shard.js';
export { itemsOfShard, type Shard } from './measures/shard.js';
export {
  activationPointColumns,
  activationSparsityColumns,
  activationSparsitySchema,
  activationVariants,
  type ActivationPoint,
  type ActivationSparsity,
  type ActivationVariant,
} from './measures/activation-sparsity.js';
export {
  dlrmTypes,
  forwardTimeColumns,
  forwardTimeSchema,
  type DlrmType,
  type ForwardTime,
} from './measures/forward-time.js';
export {
  frontierColumns,
  readFrontier,
  type FrontierMeasurement,
  type FrontierPoint,
} from './measures/frontier/frontier.js';
export {
  aucChangeText,
  frontierAnswer,
  tenThousandths,
  type FrontierAnswer,
} from './measures/frontier/frontier-answer.js';
export {
  frontierSummaries,
  paretoModels,
  type FrontierSummary,
} from './measures/frontier/frontier-summary.js';
export { relativeLoss, smallestWithin } from './measures/frontier/smallest-within.js';
export type { Measure, MeasuredModel } from './measures/measure.js';
export {
  memoryUseColumns,
  memoryUseSchema,
  tableTypes,
  type MemoryUse,
  type ModelMemory,
  type TableType,
} from './measures/memory-use.js';
export {
  modelMetricsColumns,
  originalMetricsColumns,
  ownMetricsColumns,
  readModelMetrics,
  type ModelMetrics,
} from './measures/model-metrics.js';
export { measureModels, type MeasuredPart } from './measures/measure-models.js';
export type { MadeFrom } from './measures/made-from.js';
export { runMeasure, type MeasuredModels } from './measures/run-measure.js';
export { pathCell, type CellType } from './results/csv/cell-types.js';
export { dumpFormatOf, dumpFormats, type DumpFormat } from './results/dump-format.js';
export {
  gridPointColumns,
  gridPointOf,
  gridPointOwnColumns,
  modelColumns,
} from './results/grid-point-schema.js';
export {
  metadataColumns,
  readSparseModelMetadata,
  sizeColumns,
  type SparseModelMetadata,
} from './results/metadata.js';
export { modelsWithLevels } from './results/models-with-levels.js';
export { formatPythonFloat, formatPythonTuple } from './results/csv/python-notation.js';
export {
  readResultsText,
  writeResultsCsv,
  type ColumnRole,
  type ResultsColumn,
  type ResultsText,
} from './results/csv/results-csv.js';
export { columnsOf, readResultsCsv, type Field, type ResultsSchema } from './results/csv/results-schema.js';
export { timesPath } from './results/csv/times-path.js';
export { pointMetadata, sourceKey } from './results/dump-identity.js';
export { servedFile } from './results/served-file.js';
export { distinctModels, distinctRows, type ModelRow } from './results/distinct-models.js';

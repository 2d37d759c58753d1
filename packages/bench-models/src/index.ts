/**
 * What the data sparsifier benchmarks share: the grid of pruned models, their metadata, results files and
 * parts of a run.
 *
 * @module @ds/bench-models
 */
export {
  benchmarkGrid,
  defaultNorms,
  defaultSparseBlockShapes,
  defaultSparsityLevels,
  type BlockShape,
  type GridPoint,
  type GridRow,
  type Norm,
} from './grid/grid.js';
export { gridRowsOfShard } from './grid/grid-shard.js';
export { parseBlockShape } from './grid/parse-block-shape.js';
export { itemsOfShard, type Shard } from './grid/shard.js';
export {
  dlrmTypes,
  forwardTimeColumns,
  forwardTimeSchema,
  type DlrmType,
  type ForwardTime,
} from './measures/forward-time.js';
export type { Measure, MeasuredModel } from './measures/measure.js';
export {
  memoryUseColumns,
  memoryUseSchema,
  tableTypes,
  type MemoryUse,
  type ModelMemory,
  type TableType,
} from './measures/memory-use.js';
export { modelMetricsColumns, modelMetricsSchema, type ModelMetrics } from './measures/model-metrics.js';
export { runMeasure, type MeasuredModels } from './measures/run-measure.js';
export type { CellType } from './results/cell-types.js';
export { dumpFormatOf, dumpFormats, type DumpFormat } from './results/dump-format.js';
export { gridPointColumns } from './results/grid-point-schema.js';
export { metadataColumns, readSparseModelMetadata, type SparseModelMetadata } from './results/metadata.js';
export { modelName, modelZipPath } from './results/model-path.js';
export { modelsWithLevels } from './results/models-with-levels.js';
export { formatPythonFloat, formatPythonTuple } from './results/python-notation.js';
export {
  readResultsText,
  writeResultsCsv,
  type ResultsColumn,
  type ResultsText,
} from './results/results-csv.js';
export { columnsOf, readResultsCsv, type Field, type ResultsSchema } from './results/results-schema.js';
export { servedFile } from './results/served-file.js';

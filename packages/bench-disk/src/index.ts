/**
 * Measures how small the embedding tables of a DLRM get on disk, over a grid of sparsity levels, block shapes and
 * norms.
 *
 * @module @ds/bench-disk
 */
export { chosenMethods, runDiskBenchmark } from './run-disk-benchmark.js';
export {
  keptModels,
  type DiskBenchmarkOptions,
  type DumpedMetadata,
  type KeptModels,
} from './disk-benchmark-options.js';
export { ModelSource, type OpenedModel } from './made/model-source.js';
export type { Calibration } from './measure-importance.js';
export {
  benchmarkGrid,
  defaultNorms,
  defaultSparseBlockShapes,
  defaultSparsityLevels,
  formatPythonFloat,
  gridPointColumns,
  itemsOfShard,
  modelsWithLevels,
  readSparseModelMetadata,
  servedFile,
  writeResultsCsv,
  type BlockShape,
  type DumpFormat,
  type GridPoint,
  type GridRow,
  type Norm,
  type ResultsColumn,
  type Shard,
  type SparseModelMetadata,
} from '@ds/bench-models';

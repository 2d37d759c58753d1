export { runDiskBenchmark, type DumpFormat } from './run-disk-benchmark.js';
export { readSparseModelMetadata, gridPointColumns, type SparseModelMetadata } from './metadata.js';
export { modelsWithLevels } from './models-with-levels.js';
export { servedFile } from './served-file.js';
export { writeResultsCsv, type ResultsColumn } from './results-csv.js';
export { itemsOfShard, type Shard } from './shard.js';
export { formatPythonFloat } from './python-notation.js';
export {
  benchmarkGrid,
  defaultNorms,
  defaultSparseBlockShapes,
  defaultSparsityLevels,
  type BlockShape,
  type GridPoint,
  type GridRow,
  type Norm,
} from './grid.js';

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
  gridPointColumns,
  metadataColumns,
  readSparseModelMetadata,
  type SparseModelMetadata,
} from './results/metadata.js';
export { modelName, modelZipPath } from './results/model-path.js';
export { modelsWithLevels } from './results/models-with-levels.js';
export { formatPythonFloat } from './results/python-notation.js';
export { writeResultsCsv, type ResultsColumn } from './results/results-csv.js';
export { servedFile } from './results/served-file.js';

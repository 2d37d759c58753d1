export { Dlrm, type DlrmOptions, type ModelState } from './dlrm.js';
export { type DlrmConfig, kaggleDlrmConfig, configFromStateDict } from './config.js';
export type { DlrmBatch, LabelledBatch } from './batch.js';
export type { EmbeddingTable } from './table.js';
export type { StateDict, Tensor, TensorInPieces } from './state-dict.js';
export { train, type LabelledDataset, type TrainingResult } from './train.js';
export { evaluate } from './evaluate.js';
export {
  sparsifyEveryEpoch,
  stepSchedule,
  type LevelSchedule,
  type SparsifiedEpoch,
} from './sparsify-every-epoch.js';
export { checkTablesFitData } from './check-tables.js';
export { exportOnnx } from './engines/onnx/export-onnx.js';
export { type EngineChoice, type EngineName, engineChoices, engineNames } from './engines/open-engine.js';
export type { EngineDescription } from './engines/engine.js';
export { engineLine } from './engines/engine-line.js';
export type { CheckpointFormat } from './checkpoint/checkpoint-format.js';
export { loadCheckpoint } from './checkpoint/load-checkpoint.js';
export { loadModelState, type WantedTables } from './checkpoint/load-model-state.js';
export { saveCheckpoint, writeCheckpoint } from './checkpoint/save-checkpoint.js';
export { loadSparseCheckpoint } from './checkpoint/sparse/load-sparse-checkpoint.js';
export {
  saveSparseCheckpoint,
  writeSparseCheckpoint,
  type SparseStateDict,
} from './checkpoint/sparse/save-sparse-checkpoint.js';
export type { SparseBitmaps, SparseTableLike } from './checkpoint/sparse/sparse-bitmaps.js';
export { embeddingTableNames } from './checkpoint/embedding-table-names.js';
export { binaryClassificationMetrics, type BinaryClassificationMetrics } from './metrics.js';

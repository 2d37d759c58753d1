/**
 * The deep learning recommendation model: training, evaluation, PyTorch checkpoints and metrics.
 *
 * @module @ds/dlrm
 */
export { Dlrm, type DlrmOptions, type OptimizerName } from './models/dlrm/dlrm.js';
export {
  type DlrmConfig,
  kaggleDlrmConfig,
  kaggleConfigFor,
  configFromStateDict,
} from './models/dlrm/config.js';
export { foldMask, type FoldOptions } from './models/dlrm/hooks/fold-mask.js';
export { usedTables } from './models/dlrm/hooks/kept-features.js';
export { examplesBetween, firstExamples, type DlrmBatch, type LabelledBatch } from './models/dlrm/batch.js';
export type { EmbeddingTable } from '@ds/data-sparsifier';
export {
  bytesInMemory,
  embeddingTableNames,
  loadCheckpoint,
  loadSparseCheckpoint,
  loadTables,
  saveCheckpoint,
  saveSparseCheckpoint,
  writeCheckpoint,
  writeSparseCheckpoint,
  type CheckpointFormat,
  type CheckpointMetadata,
  type ModelState,
  type SparseBitmaps,
  type SparseStateDict,
  type SparseTableLike,
  type StateDict,
  type Tensor,
  type TensorInPieces,
  type WantedTables,
} from '@ds/tensor-files';
export { train, type LabelledDataset, type TrainingPosition, type TrainingResult } from './training/train.js';
export { PrunedValues } from './tables/pruned-values.js';
export { evaluate } from './training/evaluate.js';
export {
  sparsifyEveryEpoch,
  stepSchedule,
  type LevelSchedule,
  type SparsifiedEpoch,
} from './training/sparsify-every-epoch.js';
export { checkTablesFitData } from './models/dlrm/tables/check-tables.js';
export { exportOnnx } from './engines/onnx/graph/export-onnx.js';
export { type EngineChoice, type EngineName, engineChoices, engineNames } from './engines/open-engine.js';
export type { EngineDescription } from './engines/engine.js';
export { engineLine } from './engines/engine-line.js';
export { fromTorchRec } from './models/dlrm/torchrec-names.js';
export { columnsOfTables, plainColumns } from './models/dlrm/tables/table-columns.js';
export { loadModelState, modelStateOf } from './models/dlrm/load-model-state.js';
export { binaryClassificationMetrics, type BinaryClassificationMetrics } from './training/metrics.js';
export {
  pairedAucDifference,
  pairedAucDifferenceFrom,
  type PairedAucDifference,
} from './training/paired-auc-difference.js';

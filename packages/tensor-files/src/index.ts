export { sizeOf } from './state-dict.js';
export type { ModelState, StateDict, Tensor, TensorInPieces } from './state-dict.js';
export { checkpointExtensions, checkpointFormat, type CheckpointFormat } from './checkpoint-format.js';
export { embeddingTableNames } from './embedding-table-names.js';
export { loadCheckpoint } from './load-checkpoint.js';
export { loadModelTensors, type WantedTables } from './load-model-tensors.js';
export { saveCheckpoint, writeCheckpoint } from './save-checkpoint.js';
export { loadSparseCheckpoint } from './sparse/load-sparse-checkpoint.js';
export {
  saveSparseCheckpoint,
  writeSparseCheckpoint,
  type SparseStateDict,
} from './sparse/save-sparse-checkpoint.js';
export type { SparseBitmaps, SparseTableLike } from './sparse/sparse-bitmaps.js';

/**
 * Reads and writes state dicts: PyTorch checkpoints, safetensors, npz and npy, and tables that stay sparse.
 *
 * @module @ds/tensor-files
 */
export { metadataComment, type CheckpointMetadata } from './checkpoints/checkpoint-metadata.js';
export { readPackedMetadata } from './checkpoints/packed-metadata.js';
export { bytesInMemory, sizeOf } from './state-dict.js';
export type { ModelState, StateDict, Stored, StoredDtype, Tensor, TensorInPieces } from './state-dict.js';
export { checkpointExtensions, checkpointFormat, type CheckpointFormat } from './formats/formats.js';
export { checkFinite, nonFiniteValue } from './values/check-finite.js';
export { embeddingTableNames, selectTables } from './names/embedding-tables.js';
export { loadCheckpoint } from './checkpoints/load-checkpoint.js';
export { loadTables, type LoadedTables } from './checkpoints/load-tables.js';
export {
  loadModelTensors,
  makeTablesSparse,
  memoryFor,
  type WantedTables,
} from './checkpoints/load-model-tensors.js';
export { saveCheckpoint, writeCheckpoint } from './checkpoints/save-checkpoint.js';
export { loadSparseCheckpoint } from './safetensors/sparse/load-sparse-checkpoint.js';
export {
  saveSparseCheckpoint,
  writeSparseCheckpoint,
  type SparseStateDict,
} from './safetensors/sparse/save-sparse-checkpoint.js';
export type { SparseBitmaps } from '@ds/data-sparsifier';
export type { SparseTableLike } from './safetensors/sparse/sparse-table-like.js';
export {
  saveMixedCheckpoint,
  writeMixedCheckpoint,
  type MixedStateDict,
} from './safetensors/mixed/save-mixed-checkpoint.js';
export { saveFbgemmTables } from './safetensors/mixed/save-fbgemm-tables.js';

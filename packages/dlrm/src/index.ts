export type { StateDict, Tensor } from './state-dict.js';
export { loadCheckpoint } from './checkpoint/load-checkpoint.js';
export { saveCheckpoint, writeCheckpoint } from './checkpoint/save-checkpoint.js';
export { checkpointFormat, type CheckpointFormat } from './checkpoint/checkpoint-format.js';
export { embeddingTableNames } from './checkpoint/embedding-table-names.js';
export { binaryClassificationMetrics, type BinaryClassificationMetrics } from './metrics.js';

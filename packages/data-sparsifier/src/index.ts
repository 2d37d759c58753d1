/**
 * Norm-based sparsifiers for embedding tables, block-sparse and quantised tables.
 *
 * @module @ds/data-sparsifier
 */
export { BaseDataSparsifier } from './sparsifiers/base-data-sparsifier.js';
export type {
  DataState,
  SparsifierOptions,
  SparsifierState,
  Sparsity,
} from './sparsifiers/base-data-sparsifier.js';
export { DataNormSparsifier, type DataNormSparsifierOptions } from './sparsifiers/data-norm-sparsifier.js';
export { levelSweep, LevelSweep } from './selection/level-sweep.js';
export { globalLevelSweeps } from './selection/global-level-sweeps.js';
export { levelSweepsInThreads } from './selection/level-sweeps-in-threads.js';
export type { Norm, NormConfig, Scope } from './sparsifiers/norm-config.js';
export type { LevelSweepConfig } from './selection/plan-sweep.js';
export type { Table } from './table.js';
export type { LayerVariableLike, SparsifiableData, TensorLike } from './sparsifiers/tensor-data.js';
export type { EmbeddingTable } from './tables/embedding-table.js';
export { QuantizedTable } from './tables/quantized-table.js';
export { mixedPrecisionBytes } from './tables/mixed-precision/mixed-precision-bytes.js';
export type { MixedPrecisionParts } from './tables/mixed-precision/mixed-precision-parts.js';
export { MixedPrecisionTable } from './tables/mixed-precision/mixed-precision-table.js';
export { ProjectedCoder } from './tables/mixed-precision/projection/projected-coder.js';
export {
  isProjectedKind,
  projectedKinds,
  projectedRowBits,
  type ProjectedKind,
  type ProjectedRows,
  type Projection,
} from './tables/mixed-precision/projection/projection.js';
export { storedRowBytes, type StoredRowBits } from './tables/mixed-precision/row-bits.js';
export type { RowKind } from './tables/mixed-precision/row-kinds.js';
export type { RowsOfBits } from './tables/mixed-precision/row-classes.js';
export { fromFloat16, toFloat16 } from './quantization/float16.js';
export { maxFloat16 } from './quantization/quantized-row-format.js';
export { SparseTable } from './tables/sparse/sparse-table.js';
export {
  expandSparseBitmaps,
  sparseTableSizes,
  type SparseBitmapNames,
  type SparseBitmaps,
} from './tables/sparse/sparse-bitmaps.js';
export type { RowPieces } from './tables/sparse/kept-blocks.js';
export type { SparseTableSizes } from './tables/sparse/sparse-table-parts.js';
export { TableMemory } from './tables/table-memory.js';
export type { LinearMemory } from './kernel.js';
export { postTrainingSparseQuantize } from './sparsifiers/post-training-sparse-quantize.js';
export type { PostTrainingSparseQuantizeOptions } from './sparsifiers/post-training-sparse-quantize.js';
export { dequantizeRows, quantizeRows, type QuantizedRows } from './quantization/quantized-rows.js';
export {
  fusedRowBytes,
  roundRows,
  unpackFusedRows,
  type RowBits,
  type Rounding,
} from './quantization/round-rows.js';

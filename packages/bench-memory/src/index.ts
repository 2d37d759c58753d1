/**
 * Measures the memory that the tables of a pruned DLRM take, dense and sparse, in a process that serves it.
 *
 * @module @ds/bench-memory
 */
export { runMemoryBenchmark } from './run-memory-benchmark.js';
export type { MemoryUse } from './memory-use.js';
export type { TableType } from '@ds/bench-models';
